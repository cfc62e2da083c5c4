package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	provider "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/retry"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// Endpoint is one SSH server and how to log in to it.
type Endpoint struct {
	Host               string  `pulumi:"host"`
	Port               *int    `pulumi:"port,optional"`
	User               *string `pulumi:"user,optional"`
	PrivateKey         *string `pulumi:"privateKey,optional"`
	PrivateKeyPassword *string `pulumi:"privateKeyPassword,optional"`
	Password           *string `pulumi:"password,optional"`
	AgentSocketPath    *string `pulumi:"agentSocketPath,optional"`
	HostKey            *string `pulumi:"hostKey,optional"`
	DialErrorLimit     *int    `pulumi:"dialErrorLimit,optional"`
	PerDialTimeout     *int    `pulumi:"perDialTimeout,optional"`
}

// Connection is an endpoint, reached directly or through another.
type Connection struct {
	Endpoint
	Proxy *ProxyConnection `pulumi:"proxy,optional"`
}

// ProxyConnection is the endpoint on the way to another.
type ProxyConnection struct {
	Endpoint
}

// Annotate gives the defaults that a check fills in.
func (c *Connection) Annotate(a infer.Annotator) {
	a.SetToken("remote", "Connection")
	c.setDefaults(a)
}

// Annotate gives the defaults that a check fills in.
func (p *ProxyConnection) Annotate(a infer.Annotator) {
	a.SetToken("remote", "ProxyConnection")
	p.setDefaults(a)
}

func (e *Endpoint) setDefaults(a infer.Annotator) {
	a.SetDefault(&e.User, "root")
	a.SetDefault(&e.Port, 22)
	a.SetDefault(&e.DialErrorLimit, 10)
	a.SetDefault(&e.PerDialTimeout, 15)
}

// dial opens a connection of its own for each command. Like the genuine plugin it leaves it open
// until the plugin ends, and so does the sshd process on the other side: who counts connections
// or processes on a host must find the same with both plugins.
func (c *Connection) dial(ctx context.Context) (*ssh.Client, error) {
	config, err := c.clientConfig()
	if err != nil {
		return nil, err
	}
	if c.Proxy == nil {
		return repeat(ctx, c.Endpoint, func() (*ssh.Client, error) {
			return ssh.Dial("tcp", c.address(), config)
		})
	}
	proxyConfig, err := c.Proxy.clientConfig()
	if err != nil {
		return nil, fmt.Errorf("proxy: %w", err)
	}
	proxy, err := repeat(ctx, c.Proxy.Endpoint, func() (*ssh.Client, error) {
		return ssh.Dial("tcp", c.Proxy.address(), proxyConfig)
	})
	if err != nil {
		return nil, fmt.Errorf("proxy: %w", err)
	}
	// perDialTimeout does not reach this connect: it is the proxy's.
	conn, err := repeat(ctx, c.Endpoint, func() (net.Conn, error) {
		return proxy.Dial("tcp", c.address())
	})
	if err != nil {
		return nil, err
	}
	// A failed handshake closes conn: trying again cannot succeed, and is done all the same.
	return repeat(ctx, c.Endpoint, func() (*ssh.Client, error) {
		client, channels, requests, err := ssh.NewClientConn(conn, c.address(), config)
		if err != nil {
			return nil, err
		}
		return ssh.NewClient(client, channels, requests), nil
	})
}

// repeat tries until one attempt succeeds or one more than dialErrorLimit have failed, whatever the
// reason: a refused login and a wrong host key are tried again like a refused connection. The pauses
// between are those of the engine's own library: 0.1 s, half as long again each time, at most 5 s.
func repeat[T any](ctx context.Context, to Endpoint, attempt func() (T, error)) (T, error) {
	limit := value(to.DialErrorLimit, 10)
	var result T
	var failure error
	connected, _, err := retry.Until(ctx, retry.Acceptor{
		Accept: func(try int, _ time.Duration) (bool, any, error) {
			var err error
			if result, err = attempt(); err == nil {
				return true, nil, nil
			}
			failure = fmt.Errorf("%s: %d failed attempts to connect: %w", to.address(), try+1, err)
			if limit >= 0 && try >= limit {
				return false, nil, failure
			}
			provider.GetLogger(ctx).InfoStatus(failure.Error())
			return false, nil, nil
		},
	})
	if err == nil && !connected {
		err = errors.Join(ctx.Err(), failure)
	}
	return result, err
}

func (e *Endpoint) address() string {
	return net.JoinHostPort(e.Host, strconv.Itoa(value(e.Port, 22)))
}

func (e *Endpoint) clientConfig() (*ssh.ClientConfig, error) {
	config := &ssh.ClientConfig{
		User:            value(e.User, "root"),
		Timeout:         time.Duration(value(e.PerDialTimeout, 15)) * time.Second,
		HostKeyCallback: ssh.InsecureIgnoreHostKey(),
	}
	if e.HostKey != nil {
		key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(*e.HostKey))
		if err != nil {
			return nil, fmt.Errorf("hostKey: %w", err)
		}
		config.HostKeyCallback = ssh.FixedHostKey(key)
		config.HostKeyAlgorithms = []string{key.Type()}
	}
	auth, err := e.auth()
	config.Auth = auth
	return config, err
}

// auth lists the ways to log in, in order. The SSH library takes only the first of a kind: with a
// private key the agent is listed but never asked.
func (e *Endpoint) auth() ([]ssh.AuthMethod, error) {
	var methods []ssh.AuthMethod
	if e.PrivateKey != nil {
		signer, err := parseKey(*e.PrivateKey, e.PrivateKeyPassword)
		if err != nil {
			return nil, fmt.Errorf("privateKey: %w", err)
		}
		methods = append(methods, ssh.PublicKeys(signer))
	}
	if e.Password != nil {
		methods = append(methods, ssh.Password(*e.Password), ssh.KeyboardInteractive(
			func(_, _ string, questions []string, _ []bool) ([]string, error) {
				answers := make([]string, len(questions))
				for i := range answers {
					answers[i] = *e.Password
				}
				return answers, nil
			}))
	}
	if socket := value(e.AgentSocketPath, os.Getenv("SSH_AUTH_SOCK")); socket != "" {
		// An agent that does not answer is an error even where a key is given.
		conn, err := net.Dial("unix", socket)
		if err != nil {
			return nil, fmt.Errorf("SSH agent: %w", err)
		}
		methods = append(methods, ssh.PublicKeysCallback(agent.NewClient(conn).Signers))
	}
	return methods, nil
}

func parseKey(key string, password *string) (ssh.Signer, error) {
	if password != nil {
		return ssh.ParsePrivateKeyWithPassphrase([]byte(key), []byte(*password))
	}
	return ssh.ParsePrivateKey([]byte(key))
}

func value[T any](given *T, otherwise T) T {
	if given == nil {
		return otherwise
	}
	return *given
}
