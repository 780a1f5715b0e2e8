package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/bellhop-dev/bellhop/internal/requiretest"
	"github.com/bellhop-dev/bellhop/internal/store/postgres/pgtest"
)

// cluster is started by the first test that needs PostgreSQL.
var cluster pgtest.Cluster

// suite ends the cluster after the tests.
type suite struct{ m *testing.M }

// Run runs the tests.
func (s suite) Run() int {
	defer cluster.Stop()
	return s.m.Run()
}

func TestMain(m *testing.M) {
	testscript.Main(suite{m}, map[string]func(){"bellhop": main})
}

// TestScript runs the scripts in testdata/script, each in a folder of its own.
// Beside the commands of package testscript they use those in world_test.go.
func TestScript(t *testing.T) {
	t.Parallel()
	testscript.Run(t, params("../../testdata/script"))
}

// TestScriptNode runs the scripts in which a server runs code under Node.
func TestScriptNode(t *testing.T) {
	t.Parallel()
	requiretest.Tool(t, "node")
	testscript.Run(t, params("../../testdata/script/node"))
}

func TestScriptPostgres(t *testing.T) {
	t.Parallel()
	p := params("../../testdata/script/postgres")
	setup, database := p.Setup, cluster.URL(t)
	p.Setup = func(env *testscript.Env) error {
		env.Setenv("DATABASE", database)
		return setup(env)
	}
	testscript.Run(t, p)
}

func params(dir string) testscript.Params {
	return testscript.Params{
		Dir:                 dir,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			w := &world{}
			env.Values[worldKey{}] = w
			env.Setenv("HOME", env.WorkDir)
			w.env = append(w.env, env.Vars...)
			env.Defer(w.close)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"start": start, "halt": halt, "await": await, "exits": exits, "http": request, "sink": sink, "calls": calls, "let": let, "signal": sendSignal, "gone": gone, "hang": hang, "follow": follow,
		},
	}
}
