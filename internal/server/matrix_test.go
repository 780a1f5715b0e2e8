package server_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/internal/probe"
	"github.com/bellhop-dev/bellhop/platform"
)

// The matrix of who may call what is written down here once more, by name, so
// that a change of the operation table alone is not enough to open a door.
const (
	forRuntime = `createUser getUser listUsers getOrCreateUser updateUser deleteUser
		createConversation getConversation listConversations getOrCreateConversation updateConversation deleteConversation
		listParticipants addParticipant getParticipant removeParticipant
		createMessage getMessage listMessages getOrCreateMessage updateMessage deleteMessage importMessages
		createEvent getEvent listEvents cancelScheduledEvent
		getState setState getOrSetState patchState setStateExpiry callAction listTagValues
		upsertFile getFile listFiles updateFileMetadata deleteFile copyFile searchFiles listFilePassages
		listTables getTable createTable getOrCreateTable updateTable deleteTable
		renewDelivery completeDelivery failDelivery
		getTableRow findTableRows createTableRows updateTableRows upsertTableRows deleteTableRows`
	forIntegrations = `initializeIncomingMessage receiveMessage configureIntegration`
	forAccounts     = `createBot getBot listBots updateBot deleteBot
		createBotVersion listBotVersions getBotVersion getBotVersionContent deployBotVersion
		rotateBotSigningSecrets rotateIntegrationSigningSecrets
		listPublicWorkspaces getWorkspacePreference setWorkspacePreference listWorkspaceInvoices listWorkspaceQuotas
		createIntegration getIntegration getIntegrationByName listIntegrations updateIntegration deleteIntegration
		listInstallations getInstallation putInstallation deleteInstallation
		getBotSettings updateBotSettings getInstallationSettings updateInstallationSettings
		getBotLogs getIntegrationLogs
		listDeliveries getDelivery replayDelivery discardDelivery cancelDelivery createToken createAlert listAlerts deleteAlert rotateAlert testAlert
		listTokens deleteToken getServer
		rotateKeys eraseUser getErasure exportUser listAudit
		getAccount updateAccount getAccountPreference setAccountPreference listWorkspaces getWorkspace getPublicWorkspace
		updateWorkspace checkHandleAvailability listWorkspaceMembers getWorkspaceMember listPersonalAccessTokens
		createPersonalAccessToken deletePersonalAccessToken listBotApiKeys createBotApiKey deleteBotApiKey
		listIntegrationApiKeys createIntegrationApiKey deleteIntegrationApiKey createInterface getInterface
		getInterfaceByName listInterfaces updateInterface deleteInterface createPlugin getPlugin getPluginByName listPlugins
		updatePlugin deletePlugin getPluginCode listPublicIntegrations getPublicIntegrationById getPublicIntegration
		listPublicInterfaces getPublicInterfaceById getPublicInterface listPublicPlugins getPublicPluginById getPublicPlugin
		getPublicPluginCode introspect runVrl validateIntegrationCreation validateIntegrationUpdate`
)

// verdict is what a caller is to meet at an operation's door.
type verdict int

const (
	in      verdict = iota // neither 401 nor 403; what is asked for is not there
	unknown                // 401
	denied                 // 403
	noBot                  // 400: the caller has to name a bot
)

func (v verdict) String() string {
	if v < 0 {
		return "an answer that nobody is to get"
	}
	return [...]string{"let in", "401", "403", "400 for want of a bot"}[v]
}

// judge turns an answer into a verdict; -1 is one that nobody is to get.
func judge(status int, body string) verdict {
	switch {
	case status == 401:
		return unknown
	case status == 403:
		return denied
	case status == 400 && strings.Contains(body, "x-bot-id"):
		return noBot
	case status >= 500 || status == 405:
		return -1
	}
	return in
}

// row is what a kind of caller meets at the three kinds of operations.
type row struct{ runtime, integrations, accounts verdict }

// matrix is the whole of it, by kind of caller.
var matrix = map[string]row{
	"nobody":                                       {unknown, unknown, unknown},
	"a stranger":                                   {unknown, unknown, unknown},
	"a revoked token":                              {unknown, unknown, unknown},
	"an account on a bot":                          {in, in, in},
	"an account without a bot":                     {noBot, noBot, in},
	"an account as what is not installed":          {denied, denied, denied},
	"a bot":                                        {in, denied, denied},
	"a bot that names no bot":                      {in, denied, denied},
	"a bot on another bot":                         {denied, denied, denied},
	"a bot on a bot that is not there":             {denied, denied, denied},
	"a bot as an integration":                      {denied, denied, denied},
	"an integration":                               {in, in, denied},
	"an integration under its alias":               {in, in, denied},
	"an integration under a foreign alias":         {denied, denied, denied},
	"an integration without a bot":                 {noBot, noBot, denied},
	"an integration where it is not installed":     {denied, denied, denied},
	"an integration as another one":                {denied, denied, denied},
	"an integration whose bot has switched it off": {denied, denied, denied},
}

// kinds tells of each operation what a row says of it.
func kinds() map[string]func(row) verdict {
	of := map[string]func(row) verdict{}
	for names, pick := range map[string]func(row) verdict{
		forRuntime:      func(r row) verdict { return r.runtime },
		forIntegrations: func(r row) verdict { return r.integrations },
		forAccounts:     func(r row) verdict { return r.accounts },
	} {
		for _, name := range strings.Fields(names) {
			of[name] = pick
		}
	}
	return of
}

// cell is one caller at one operation.
type cell struct{ caller, op string }

// faults lists the cells of the operations whose verdict is not the matrix's or
// is missing.
func faults(got map[cell]verdict, operations []string) (list []string) {
	of := kinds()
	for _, op := range operations {
		pick := of[op]
		if pick == nil {
			list = append(list, op+" is not in the matrix")
			continue
		}
		for caller, r := range matrix {
			met, asked := got[cell{caller, op}]
			switch {
			case !asked:
				list = append(list, fmt.Sprintf("%s by %s: not tried", op, caller))
			case met != pick(r):
				list = append(list, fmt.Sprintf("%s by %s: %v, want %v", op, caller, met, pick(r)))
			}
		}
	}
	return list
}

var pathName = regexp.MustCompile(`\{[a-zA-Z]+\}`)

// TestScopeMatrix calls every operation as every kind of caller, over HTTP.
func TestScopeMatrix(t *testing.T) {
	t.Parallel()
	f := setup(t, map[string]bot.Bot{probe.Name: probe.Bot(false)})
	callers := f.callers()
	if len(callers) != len(matrix) {
		t.Fatalf("%d callers are tried, the matrix has %d", len(callers), len(matrix))
	}
	got := map[cell]verdict{}
	var operations []string
	for _, op := range platform.Operations() {
		operations = append(operations, op.Name)
		path := pathName.ReplaceAllString(op.Path, "nothing")
		for caller, header := range callers {
			header = maps.Clone(header)
			if integration := header["as"]; integration != "" && slices.Contains(strings.Fields(forIntegrations), op.Name) {
				header["x-integration-id"] = integration // an account acts as whom it names
			}
			delete(header, "as")
			status, body := f.call(op.Method, path, "{}", header)
			got[cell{caller, op.Name}] = judge(status, string(body))
		}
	}
	for _, fault := range faults(got, operations) {
		t.Error(fault)
	}
	for op := range kinds() {
		if !slices.Contains(operations, op) {
			t.Errorf("%s is in the matrix and not in the table", op)
		}
	}
	if t.Failed() {
		return
	}
	// The check itself: whatever cell is broken, exactly that one is told.
	for c, v := range got {
		got[c] = in
		if v == in {
			got[c] = denied
		}
		if list := faults(got, []string{c.op}); !slices.Contains(list, fmt.Sprintf("%s by %s: %v, want %v", c.op, c.caller, got[c], v)) {
			t.Fatalf("%v broken to %v: the check says %q", c, got[c], list)
		}
		got[c] = v
	}
	if list := faults(got, append(operations, "createDoor")); len(list) == 0 {
		t.Error("an operation that nobody thought about is not told")
	}
}

// callers are the headers of each kind of caller.
func (f *fixture) callers() map[string]map[string]string {
	f.t.Helper()
	ctx, admin := f.t.Context(), f.srv.Client()
	one, _ := f.install(platform.CreateBotInput{Builtin: probe.Name})
	off, _ := f.install(platform.CreateBotInput{Builtin: probe.Name})
	none, err := admin.CreateBot(ctx, &platform.CreateBotInput{})
	if err != nil {
		f.t.Fatal(err)
	}
	no := false
	put, err := admin.PutInstallation(ctx, &platform.PutInstallationInput{BotID: off, Alias: "probe", Enabled: &no})
	if err != nil {
		f.t.Fatal(err)
	}
	id := put.Installation.IntegrationID
	other, err := admin.CreateIntegration(ctx, &platform.CreateIntegrationInput{IntegrationUpload: platform.IntegrationUpload{
		IntegrationDefinition: platform.IntegrationDefinition{Name: "other", Version: "1.0.0"},
	}})
	if err != nil {
		f.t.Fatal(err)
	}
	token := func(in platform.CreateTokenInput) (id, value string) {
		out, err := admin.CreateToken(ctx, &in)
		if err != nil {
			f.t.Fatal(err)
		}
		return out.Token.ID, "Bearer " + out.Value
	}
	_, bot := token(platform.CreateTokenInput{Kind: platform.TokenBot, BotID: one})
	_, integration := token(platform.CreateTokenInput{Kind: platform.TokenIntegration, IntegrationID: id})
	gone, revoked := token(platform.CreateTokenInput{Kind: platform.TokenAccount})
	if status, _ := f.call("GET", "/v1/bellhop/server", "", map[string]string{"Authorization": revoked}); status != 200 {
		f.t.Fatalf("before it is revoked the token is answered %d", status)
	}
	if _, err := admin.DeleteToken(ctx, &platform.DeleteTokenInput{ID: gone}); err != nil {
		f.t.Fatal(err)
	}
	h := func(pairs ...string) map[string]string {
		header := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			header[pairs[i]] = pairs[i+1]
		}
		return header
	}
	const auth, onBot, as, alias = "Authorization", "x-bot-id", "x-integration-id", "x-integration-alias"
	return map[string]map[string]string{
		"nobody":                                       h(auth, "", onBot, one),
		"a stranger":                                   h(auth, "Bearer bp_pat_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", onBot, one),
		"a revoked token":                              h(auth, revoked, onBot, one),
		"an account on a bot":                          h(onBot, one, "as", id),
		"an account without a bot":                     h(),
		"an account as what is not installed":          h(onBot, one, as, other.Integration.ID),
		"a bot":                                        h(auth, bot, onBot, one),
		"a bot that names no bot":                      h(auth, bot),
		"a bot on another bot":                         h(auth, bot, onBot, off),
		"a bot on a bot that is not there":             h(auth, bot, onBot, "bot_00000000000000000000000000"),
		"a bot as an integration":                      h(auth, bot, onBot, one, as, id),
		"an integration":                               h(auth, integration, onBot, one, as, id),
		"an integration under its alias":               h(auth, integration, onBot, one, alias, "probe"),
		"an integration under a foreign alias":         h(auth, integration, onBot, one, as, id, alias, "chat"),
		"an integration without a bot":                 h(auth, integration, as, id),
		"an integration where it is not installed":     h(auth, integration, onBot, none.Bot.ID, as, id),
		"an integration as another one":                h(auth, integration, onBot, one, as, other.Integration.ID),
		"an integration whose bot has switched it off": h(auth, integration, onBot, off, as, id),
	}
}
