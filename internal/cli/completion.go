package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	mangokong "github.com/alecthomas/mango-kong"
	"github.com/muesli/roff"
)

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish,powershell" help:"bash, zsh, fish or powershell."`
}

// completionScript returns the script of a shell. It has the shell ask the command itself, so that they stay right when it is replaced.
func completionScript(shell string) string {
	switch shell {
	case "bash":
		return `_bellhop() { mapfile -t COMPREPLY < <(bellhop __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null); }
complete -o default -F _bellhop bellhop
`
	case "zsh":
		return `#compdef bellhop
_bellhop() { local -a found; found=("${(@f)$(bellhop __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}"); [[ -n $found ]] && compadd -a found || _files; }
compdef _bellhop bellhop
`
	case "fish":
		return `complete -c bellhop -a '(bellhop __complete (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
`
	}
	return `Register-ArgumentCompleter -Native -CommandName bellhop -ScriptBlock {
  param($word, $ast, $position)
  $words = @($ast.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
  if ($word -eq '') { $words += '' }
  bellhop __complete @words 2>$null | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
}
`
}

// Run prints the script.
func (c completionCommand) Run(s *session) error {
	_, err := io.WriteString(s.Stdout, completionScript(c.Shell))
	return err
}

// completeCommand is what the scripts of completionCommand call.
type completeCommand struct {
	Words []string `arg:"" optional:"" passthrough:"all"`
}

// Run prints what the last word may become, one a line.
func (c completeCommand) Run(s *session, k *kong.Kong) error {
	for _, word := range completions(k.Model.Node, c.Words) {
		fmt.Fprintln(s.Stdout, word)
	}
	return nil
}

// completions returns what the last of words, which may be empty, can be: commands, flags, or a flag's values.
func completions(root *kong.Node, words []string) []string {
	if len(words) == 0 {
		words = []string{""}
	}
	node, last := root, words[len(words)-1]
	for _, word := range words[:len(words)-1] {
		if child := childNamed(node, word); child != nil {
			node = child
		}
	}
	var found []string
	if len(words) > 1 {
		if f := flagNamed(node, words[len(words)-2]); f != nil && !f.IsBool() {
			return startingWith(last, f.EnumSlice())
		}
	}
	if strings.HasPrefix(last, "-") {
		for n := node; n != nil; n = n.Parent {
			for _, f := range n.Flags {
				if !f.Hidden {
					found = append(found, "--"+f.Name)
				}
			}
		}
		return startingWith(last, found)
	}
	for _, child := range node.Children {
		if !child.Hidden {
			found = append(found, child.Name)
		}
	}
	for _, arg := range node.Positional {
		found = append(found, arg.EnumSlice()...)
	}
	return startingWith(last, found)
}

func childNamed(node *kong.Node, name string) *kong.Node {
	for _, child := range node.Children {
		if child.Name == name {
			return child
		}
	}
	return nil
}

// flagNamed finds a flag of a command or of those above it by its word.
func flagNamed(node *kong.Node, word string) *kong.Flag {
	name, ok := strings.CutPrefix(word, "--")
	for n := node; ok && n != nil; n = n.Parent {
		for _, f := range n.Flags {
			if f.Name == name {
				return f
			}
		}
	}
	return nil
}

func startingWith(prefix string, words []string) []string {
	var found []string
	for _, word := range words {
		if word != "" && strings.HasPrefix(word, prefix) {
			found = append(found, word)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

type manCommand struct{}

// Run prints the manual page.
func (manCommand) Run(s *session, k *kong.Kong) error {
	page := mangokong.NewManPage(1, k.Model)
	_, err := io.WriteString(s.Stdout, page.Build(roff.NewDocument()))
	return err
}
