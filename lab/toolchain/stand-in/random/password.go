package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"

	"github.com/pulumi/pulumi-go-provider/infer"
	"golang.org/x/crypto/bcrypt"
)

// RandomPassword is a password that is made once and kept. It has no update: any change of its
// inputs makes a new one.
type RandomPassword struct{}

// Inputs are what a program says about a password.
type Inputs struct {
	Length          int               `pulumi:"length"`
	Lower           *bool             `pulumi:"lower,optional"`
	Upper           *bool             `pulumi:"upper,optional"`
	Numeric         *bool             `pulumi:"numeric,optional"`
	Number          *bool             `pulumi:"number,optional"`
	Special         *bool             `pulumi:"special,optional"`
	MinLower        *int              `pulumi:"minLower,optional"`
	MinUpper        *int              `pulumi:"minUpper,optional"`
	MinNumeric      *int              `pulumi:"minNumeric,optional"`
	MinSpecial      *int              `pulumi:"minSpecial,optional"`
	OverrideSpecial *string           `pulumi:"overrideSpecial,optional"`
	Keepers         map[string]string `pulumi:"keepers,optional"`
}

// State is what is kept of a password: its settings with the defaults filled in, and the result.
type State struct {
	Length          int               `pulumi:"length"`
	Lower           bool              `pulumi:"lower"`
	Upper           bool              `pulumi:"upper"`
	Numeric         bool              `pulumi:"numeric"`
	Number          bool              `pulumi:"number"`
	Special         bool              `pulumi:"special"`
	MinLower        int               `pulumi:"minLower"`
	MinUpper        int               `pulumi:"minUpper"`
	MinNumeric      int               `pulumi:"minNumeric"`
	MinSpecial      int               `pulumi:"minSpecial"`
	OverrideSpecial *string           `pulumi:"overrideSpecial,optional"`
	Keepers         map[string]string `pulumi:"keepers,optional"`
	Result          string            `pulumi:"result" provider:"secret"`
	BcryptHash      string            `pulumi:"bcryptHash" provider:"secret"`
}

// Annotate names the resource as the genuine plugin does.
func (r *RandomPassword) Annotate(a infer.Annotator) {
	a.SetToken("index/randomPassword", "RandomPassword")
}

// WireDependencies keeps the result secret, whatever the inputs are.
func (RandomPassword) WireDependencies(f infer.FieldSelector, _ *Inputs, state *State) {
	f.OutputField(&state.Result).AlwaysSecret()
	f.OutputField(&state.BcryptHash).AlwaysSecret()
}

// Create makes the password; a preview leaves it unknown.
func (RandomPassword) Create(
	_ context.Context, req infer.CreateRequest[Inputs],
) (infer.CreateResponse[State], error) {
	state := settings(req.Inputs)
	if req.DryRun {
		return infer.CreateResponse[State]{Output: state}, nil
	}
	result, err := state.generate()
	if err != nil {
		return infer.CreateResponse[State]{}, err
	}
	// bcrypt takes no more than 72 bytes.
	hash, err := bcrypt.GenerateFromPassword(result[:min(len(result), 72)], bcrypt.DefaultCost)
	state.Result, state.BcryptHash = string(result), string(hash)
	return infer.CreateResponse[State]{ID: "none", Output: state}, err
}

func settings(in Inputs) State {
	numeric := value(in.Numeric, value(in.Number, true))
	return State{
		Length:          in.Length,
		Lower:           value(in.Lower, true),
		Upper:           value(in.Upper, true),
		Numeric:         numeric,
		Number:          numeric,
		Special:         value(in.Special, true),
		MinLower:        value(in.MinLower, 0),
		MinUpper:        value(in.MinUpper, 0),
		MinNumeric:      value(in.MinNumeric, 0),
		MinSpecial:      value(in.MinSpecial, 0),
		OverrideSpecial: in.OverrideSpecial,
		Keepers:         in.Keepers,
	}
}

// generate takes the least number of each kind, fills up from all kinds, and shuffles.
func (s *State) generate() ([]byte, error) {
	special := value(s.OverrideSpecial, "")
	if special == "" {
		special = "!@#$%&*()-_=+[]{}<>:?"
	}
	kinds := []struct {
		wanted bool
		least  int
		bytes  string
	}{
		{s.Lower, s.MinLower, "abcdefghijklmnopqrstuvwxyz"},
		{s.Upper, s.MinUpper, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
		{s.Numeric, s.MinNumeric, "0123456789"},
		{s.Special, s.MinSpecial, special},
	}
	var all string
	var result []byte
	for _, kind := range kinds {
		if !kind.wanted {
			continue
		}
		all += kind.bytes
		for range kind.least {
			result = append(result, pick(kind.bytes))
		}
	}
	if all == "" {
		return nil, errors.New("a password needs at least one kind of character")
	}
	if s.Length < 1 || s.Length < len(result) {
		return nil, fmt.Errorf("length %d is too short: it must hold at least 1 character and the %d of "+
			"minLower, minUpper, minNumeric and minSpecial", s.Length, len(result))
	}
	for len(result) < s.Length {
		result = append(result, pick(all))
	}
	for i := range result {
		j := i + below(len(result)-i)
		result[i], result[j] = result[j], result[i]
	}
	return result, nil
}

func pick(from string) byte {
	return from[below(len(from))]
}

// below draws a number from 0 to limit-1, each as likely as the others.
func below(limit int) int {
	number, err := rand.Int(rand.Reader, big.NewInt(int64(limit)))
	if err != nil {
		panic(err) // the system has no source of randomness: nothing may be generated
	}
	return int(number.Int64())
}

func value[T any](given *T, otherwise T) T {
	if given == nil {
		return otherwise
	}
	return *given
}
