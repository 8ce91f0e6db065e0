// This file fills flags that were not given on the command line: from the
// environment, then from a configuration file. It also holds `config check`.

package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/pflag"
)

// envName is the environment variable that stands for a flag.
func envName(flag string) string {
	return "MSNSCOPE_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// fillFlags sets the flags that the command line left alone. The environment
// goes before the file. The file may name flags of other subcommands, so that
// one file serves all of them.
func fillFlags(fs *pflag.FlagSet, path string, getenv func(string) string) error {
	var err error
	fs.VisitAll(func(f *pflag.Flag) {
		value := getenv(envName(f.Name))
		if err != nil || f.Changed || f.Name == "config" || value == "" {
			return
		}
		if e := fs.Set(f.Name, value); e != nil {
			err = usagef("%s: %v", envName(f.Name), e)
		}
	})
	if err != nil {
		return err
	}
	if path == "" {
		path = getenv(envName("config"))
	}
	if path == "" {
		return nil
	}
	lines, err := readConfig(path)
	if err != nil {
		return err
	}
	given := map[string]bool{}
	fs.Visit(func(f *pflag.Flag) { given[f.Name] = true })
	for _, l := range lines {
		if given[l.name] || fs.Lookup(l.name) == nil {
			continue
		}
		if err := fs.Set(l.name, l.value); err != nil {
			return usagef("%s:%d: %v", path, l.number, err)
		}
	}
	return nil
}

// configLine is one "name = value" of a configuration file.
type configLine struct {
	number      int
	name, value string
}

// readConfig reads a configuration file and refuses names that no subcommand
// has a flag for.
func readConfig(path string) ([]configLine, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	known := everyFlag()
	var lines []configLine
	in := bufio.NewScanner(file)
	for n := 1; in.Scan(); n++ {
		line := strings.TrimSpace(withoutMark(in.Text(), n))
		if line == "" || line[0] == '#' {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		switch {
		case !ok:
			return nil, usagef("%s:%d: want name = value, have %q", path, n, line)
		case known[name] == nil:
			return nil, usagef("%s:%d: no flag --%s", path, n, name)
		}
		lines = append(lines, configLine{n, name, value})
	}
	if err := in.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return lines, nil
}

// withoutMark takes off the mark of UTF-8 with which editors of Windows begin a
// file, from its first line.
func withoutMark(line string, n int) string {
	if n == 1 {
		return strings.TrimPrefix(line, "\ufeff")
	}
	return line
}

// everyFlag returns the flag sets of all subcommands by flag name.
func everyFlag() map[string][]*pflag.FlagSet {
	all := map[string][]*pflag.FlagSet{}
	for _, c := range commands() {
		fs := pflag.NewFlagSet(c.name, pflag.ContinueOnError)
		c.define(fs)
		fs.VisitAll(func(f *pflag.Flag) { all[f.Name] = append(all[f.Name], fs) })
	}
	return all
}

func defineConfig(flags *pflag.FlagSet) func(*env, []string) error {
	return func(e *env, args []string) error {
		if len(args) == 0 || args[0] != "check" || len(args) > 2 {
			return usagef("want: config check [FILE]")
		}
		path := e.getenv(envName("config"))
		if f := flags.Lookup("config"); f.Changed {
			path = f.Value.String()
		}
		if len(args) == 2 {
			path = args[1]
		}
		if path == "" {
			return usagef("name a file, or set MSNSCOPE_CONFIG")
		}
		lines, err := readConfig(path)
		if err != nil {
			return err
		}
		known := everyFlag()
		for _, l := range lines {
			for _, fs := range known[l.name] {
				if err := fs.Set(l.name, l.value); err != nil {
					return usagef("%s:%d: %v", path, l.number, err)
				}
			}
			if l.name == "rules" {
				if _, err := readRules(l.value); err != nil {
					return fmt.Errorf("%s:%d: rules: %w", path, l.number, err)
				}
			}
		}
		if err := checkProxy(e, lines); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		fmt.Fprintf(e.stdout, "%s: fine, %d settings\n", path, len(lines))
		return nil
	}
}

// checkProxy looks for values with which the proxy would not start, if the
// settings are those of one.
func checkProxy(e *env, lines []configLine) error {
	fs := pflag.NewFlagSet("msnscope proxy", pflag.ContinueOnError)
	do := defineProxy(fs)
	isProxy := false
	for _, l := range lines {
		switch l.name {
		case "upstream", "route", "socks", "gateway", "transparent", "tproxy":
			isProxy = true
		}
		if fs.Lookup(l.name) != nil {
			_ = fs.Set(l.name, l.value) // was tried before
		}
	}
	if !isProxy {
		return nil
	}
	dry := *e
	dry.check = true
	return do(&dry, nil)
}
