package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/bellhop-dev/bellhop/platform"
)

// upload are the flags of commands that publish code.
type upload struct {
	Code       string            `help:"Bundle to upload, one CommonJS file, which the server runs under Node." placeholder:"FILE"`
	Secret     map[string]string `mapsep:"none" help:"Value of a secret that the code gets; empty removes it. May be given again." placeholder:"NAME=VALUE"`
	SecretFile map[string]string `mapsep:"none" help:"File that holds the value of a secret, without the line's end; - reads standard input. May be given again." placeholder:"NAME=FILE"`
}

// check refuses flags that exclude each other. reads are the names of the other
// files that the command reads.
func (u *upload) check(codeURL string, reads ...string) error {
	if u.Code != "" && codeURL != "" {
		return usagef("--code and --code-url: code runs on the server or at an address; give one of them")
	}
	stdin := 0
	for _, name := range append(slices.Collect(maps.Values(u.SecretFile)), append(reads, u.Code)...) {
		if name == "-" {
			stdin++
		}
	}
	if stdin > 1 {
		return usagef("-: standard input can be read once; give a file's name for the others")
	}
	for name := range u.Secret {
		if _, twice := u.SecretFile[name]; twice {
			return usagef("--secret and --secret-file: both give %s; leave one out", name)
		}
	}
	return nil
}

// read returns the code, "" when none is uploaded, and the secrets: those that
// are declared and those that have a value here.
func (u *upload) read(s *session, declared platform.Secrets) (code string, secrets platform.Secrets, err error) {
	if u.Code != "" {
		data, err := s.readFile(u.Code)
		if err != nil {
			return "", nil, fmt.Errorf("--code: %w", err)
		}
		if len(data) == 0 {
			return "", nil, usagef("--code: %s is empty", u.Code)
		}
		code = string(data)
	}
	if len(u.Secret)+len(u.SecretFile) == 0 {
		return code, declared, nil
	}
	secrets = platform.Secrets{}
	maps.Copy(secrets, declared)
	for name, value := range u.Secret {
		secrets[name] = secretValue(value)
	}
	for name, file := range u.SecretFile {
		data, err := s.readFile(file)
		if err != nil {
			return "", nil, fmt.Errorf("--secret-file %s: %w", name, err)
		}
		secrets[name] = secretValue(strings.TrimRight(string(data), "\r\n"))
	}
	return code, secrets, nil
}

// secretValue is a value to set, or, when it is empty, the wish to remove one.
func secretValue(value string) platform.Field[string] {
	if value == "" {
		return platform.Null[string]()
	}
	return platform.Set(value)
}
