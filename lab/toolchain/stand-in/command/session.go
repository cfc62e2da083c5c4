package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"

	provider "github.com/pulumi/pulumi-go-provider"
	"golang.org/x/crypto/ssh"
)

// run executes a command in a session of its own and takes over what it printed. Nothing but the
// end of the command ends it: no timeout and no cancellation reaches a session that has begun.
func (s *State) run(ctx context.Context, command string) error {
	client, err := s.Connection.dial(ctx)
	if err != nil {
		return err
	}
	session, err := client.NewSession()
	if err != nil {
		return err
	}
	defer session.Close()
	if err := s.setEnvironment(ctx, session); err != nil {
		return err
	}
	if stdin := value(s.Stdin, ""); stdin != "" {
		session.Stdin = strings.NewReader(stdin)
	}

	var stdout, stderr, both output
	logging := value(s.Logging, logStdoutAndStderr)
	log, logged := logLines(ctx)
	session.Stdout = io.MultiWriter(&stdout, &both, onlyIf(logging != logStderr && logging != logNone, log))
	session.Stderr = io.MultiWriter(&stderr, &both, onlyIf(logging != logStdout && logging != logNone, log))
	err = session.Run(command)
	log.Close()
	<-logged
	if err != nil {
		return fmt.Errorf("%w: running %q:\n%s", err, command, both.String())
	}
	s.Stdout = strings.TrimSuffix(stdout.String(), "\n")
	s.Stderr = strings.TrimSuffix(stderr.String(), "\n")
	return nil
}

// setEnvironment fails where the server refuses a variable that the program asked for, and only
// warns where it refuses the output of the previous run.
func (s *State) setEnvironment(ctx context.Context, session *ssh.Session) error {
	for name, text := range s.Environment {
		if err := session.Setenv(name, text); err != nil {
			return fmt.Errorf("environment: the server does not accept %s (AcceptEnv): %w", name, err)
		}
	}
	if !value(s.AddPreviousOutputInEnv, true) {
		return nil
	}
	previous := []struct{ name, text string }{
		{"PULUMI_COMMAND_STDOUT", s.Stdout},
		{"PULUMI_COMMAND_STDERR", s.Stderr},
	}
	for _, variable := range previous {
		if variable.text == "" {
			continue
		}
		if err := session.Setenv(variable.name, variable.text); err != nil {
			provider.GetLogger(ctx).Warningf("%s not sent (AcceptEnv): %v", variable.name, err)
		}
	}
	return nil
}

// logLines shows each line written to it as a passing status message, until it is closed. On a line
// of 64 KiB or more the genuine plugin stops reading and hangs; here the command fails instead.
func logLines(ctx context.Context) (*io.PipeWriter, <-chan struct{}) {
	reader, writer := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		lines := bufio.NewScanner(reader)
		for lines.Scan() {
			provider.GetLogger(ctx).InfoStatus(lines.Text())
		}
		if err := lines.Err(); err != nil {
			reader.CloseWithError(fmt.Errorf("the genuine plugin would hang: logging: %w", err))
		}
	}()
	return writer, done
}

func onlyIf(wanted bool, writer io.Writer) io.Writer {
	if wanted {
		return writer
	}
	return io.Discard
}

// output is a buffer that stdout and stderr may fill at the same time.
type output struct {
	lock   sync.Mutex
	buffer bytes.Buffer
}

func (o *output) Write(text []byte) (int, error) {
	o.lock.Lock()
	defer o.lock.Unlock()
	return o.buffer.Write(text)
}

func (o *output) String() string {
	o.lock.Lock()
	defer o.lock.Unlock()
	return o.buffer.String()
}
