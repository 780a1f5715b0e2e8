// Package config holds the one configuration of a Bellhop server. A value is
// the default, unless the configuration file, the environment or a flag says
// otherwise; later ones win. The command line (package cli) reads them into
// Config; this package owns the fields, their defaults and what is valid.
package config

import (
	"cmp"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bellhop-dev/bellhop/internal/admission"
)

// Config configures a server. The struct tags are read by the command line;
// the default of each field is in its tag, so a Config made in Go should start
// from Default.
type Config struct {
	Listen    string `name:"listen" env:"BELLHOP_LISTEN" default:"127.0.0.1:8080" help:"Address to listen on, host:port; port 0 takes a free one."`
	PublicURL string `name:"public-url" env:"BELLHOP_PUBLIC_URL" help:"Address under which others reach this server, for webhook URLs; the listen address when empty." placeholder:"https://bots.example.com"`
	Data      string `name:"data" env:"BELLHOP_DATA" default:".bellhop" help:"Folder for the embedded database and the local client's token; .bellhop when not given." placeholder:"DIR"`
	Database  string `name:"database" env:"BELLHOP_DATABASE" help:"postgres://user:password@host/name, or the path of an SQLite file; <data>/bellhop.db when empty." placeholder:"URL"`

	MasterKeyFile    string `name:"master-key-file" env:"BELLHOP_MASTER_KEY_FILE" help:"File with the key that secrets are encrypted under at rest, 32 bytes in base64; the first start makes <data>/master.key when nothing is given. The key itself may be in BELLHOP_MASTER_KEY." placeholder:"FILE"`
	MasterKeyCommand string `name:"master-key-command" env:"BELLHOP_MASTER_KEY_COMMAND" help:"Shell command that prints that key, such as \"pass show bellhop\"." placeholder:"COMMAND"`
	MasterKeyBefore  string `name:"master-key-before" env:"BELLHOP_MASTER_KEY_BEFORE" help:"File with the master key until now, for one start with a new one." placeholder:"FILE"`

	LogFormat string `name:"log-format" env:"BELLHOP_LOG_FORMAT" default:"auto" help:"text, json, or auto: text on a terminal, JSON elsewhere."`
	LogLevel  string `name:"log-level" env:"BELLHOP_LOG_LEVEL" default:"info" help:"Least level that is logged: debug, info, warn or error."`

	AllowPrivate bool `name:"allow-private" env:"BELLHOP_ALLOW_PRIVATE" help:"Let remote bots and integrations live on private, loopback and link-local addresses."`

	APIConcurrent          int `name:"api-concurrent" env:"BELLHOP_API_CONCURRENT" default:"2048" help:"API calls that run at the same time; more are answered 503."`
	APIConcurrentPerCaller int `name:"api-concurrent-per-caller" env:"BELLHOP_API_CONCURRENT_PER_CALLER" default:"512" help:"API calls of one caller that run at the same time; more are answered 429."`
	APIRate                int `name:"api-rate" env:"BELLHOP_API_RATE" default:"20000" help:"API calls that one caller may make a second; more are answered 429."`

	TrustedProxies        string `name:"trusted-proxies" env:"BELLHOP_TRUSTED_PROXIES" help:"Addresses and networks of the proxies in front of this server, separated by commas, whose X-Forwarded-For names the caller; without one the peer is the caller." placeholder:"10.0.0.0/8,…"`
	Connections           int    `name:"connections" env:"BELLHOP_CONNECTIONS" default:"16384" help:"Connections at the same time; more are closed."`
	ConnectionsPerAddress int    `name:"connections-per-address" env:"BELLHOP_CONNECTIONS_PER_ADDRESS" default:"1024" help:"Connections of one address at the same time, but for trusted proxies and this machine; more are closed."`
	BodyRate              int64  `name:"body-rate" env:"BELLHOP_BODY_RATE" default:"1024" help:"Bytes of a request's body that have to come in a second, on average over ten; slower ones are answered 408."`
	StreamsPerAddress     int    `name:"streams-per-address" env:"BELLHOP_STREAMS_PER_ADDRESS" default:"256" help:"Streams, such as open chats, of one address at the same time; more are answered 429."`

	WebhookConcurrent          int `name:"webhook-concurrent" env:"BELLHOP_WEBHOOK_CONCURRENT" default:"1024" help:"Webhooks that are handled at the same time; more are answered 503."`
	WebhookConcurrentPerCaller int `name:"webhook-concurrent-per-caller" env:"BELLHOP_WEBHOOK_CONCURRENT_PER_CALLER" default:"256" help:"Webhooks from one address, and to one installation, that are handled at the same time; more are answered 429."`

	WebhookTimeout time.Duration `name:"webhook-timeout" env:"BELLHOP_WEBHOOK_TIMEOUT" default:"60s" help:"How long an integration may take to answer a webhook, such as 90s or 2m."`
	WebhookBody    int64         `name:"webhook-body" env:"BELLHOP_WEBHOOK_BODY" default:"10485760" help:"Largest webhook body, in bytes."`

	FileSize    int64 `name:"file-size" env:"BELLHOP_FILE_SIZE" default:"104857600" help:"Largest file that a bot or an integration may upload, in bytes."`
	FileStorage int64 `name:"file-storage" env:"BELLHOP_FILE_STORAGE" default:"5368709120" help:"How much the files of one bot may have together, in bytes."`

	DeliveryTimeout  time.Duration `name:"delivery-timeout" env:"BELLHOP_DELIVERY_TIMEOUT" default:"0s" help:"How long one attempt of a delivery may take, such as 90s or 2m, where the setting delivery.turnLimit of the bot or the installation does not say; 0 means 15m for bots and 5m for installations."`
	DeliveryAttempts int           `name:"delivery-attempts" env:"BELLHOP_DELIVERY_ATTEMPTS" default:"0" help:"Attempts before a delivery is a dead letter, where a bot or an installation sets no other number; 0 retries for as long as the schedule lasts (two days)."`
	DeliveryWorkers  int           `name:"delivery-workers" env:"BELLHOP_DELIVERY_WORKERS" default:"256" help:"Deliveries that run at the same time."`

	AlertWindow time.Duration `name:"alert-window" env:"BELLHOP_ALERT_WINDOW" default:"1m" help:"Dead letters of one target within this time are one alert, such as 10s or 5m."`

	Node          string        `name:"node" env:"BELLHOP_NODE" default:"node" help:"Program that runs uploaded code: Node 20 or later, by its name on the PATH or its path; node when not given." placeholder:"PROGRAM"`
	NodeUser      string        `name:"node-user" env:"BELLHOP_NODE_USER" default:"65534" help:"Number of the user, and after a colon of the group, that uploaded code runs as when the server is root; 65534 when not given." placeholder:"UID[:GID]"`
	NodeProcesses int           `name:"node-processes" env:"BELLHOP_NODE_PROCESSES" default:"1" help:"Processes that one deployment of code may have."`
	NodeMemory    int           `name:"node-memory" env:"BELLHOP_NODE_MEMORY" default:"256" help:"JavaScript heap of one such process, in MiB; as a whole it may take 256 more."`
	NodeCPU       int           `name:"node-cpu" env:"BELLHOP_NODE_CPU" default:"100" help:"How much of one processor such a process may take over time, in percent."`
	NodePreload   string        `name:"node-preload" env:"BELLHOP_NODE_PRELOAD" help:"File with a CommonJS script that each process runs before uploaded code: for a proxy, certificate authorities or tracing." placeholder:"FILE"`
	NodeIdle      time.Duration `name:"node-idle" env:"BELLHOP_NODE_IDLE" default:"5m" help:"How long uploaded code stays up without a call, such as 30m."`

	ShutdownGrace time.Duration `name:"shutdown-grace" env:"BELLHOP_SHUTDOWN_GRACE" default:"10s" help:"How long running work may take to end when the server stops, such as 30s."`
}

// Default returns the configuration that a person meets: embedded SQLite in
// ./.bellhop, listening on 127.0.0.1:8080.
func Default() Config {
	return Config{
		Listen: "127.0.0.1:8080", Data: ".bellhop", LogFormat: "auto", LogLevel: "info",
		APIConcurrent: 2048, APIConcurrentPerCaller: 512, APIRate: 20_000,
		Connections: 16_384, ConnectionsPerAddress: 1024, BodyRate: 1024, StreamsPerAddress: 256,
		WebhookConcurrent: 1024, WebhookConcurrentPerCaller: 256, WebhookTimeout: time.Minute, WebhookBody: 10 << 20,
		FileSize: 100 << 20, FileStorage: 5 << 30,
		DeliveryWorkers: 256, AlertWindow: time.Minute,
		Node: "node", NodeUser: "65534", NodeProcesses: 1, NodeMemory: 256, NodeCPU: 100, NodeIdle: 5 * time.Minute,
		ShutdownGrace: 10 * time.Second,
	}
}

// InvalidError names every field of a configuration that cannot be used.
type InvalidError struct {
	// Faults are of the form "field: what is wrong and what to write".
	Faults []string
}

func (e *InvalidError) Error() string { return "configuration: " + strings.Join(e.Faults, "; ") }

// Check returns nil, or an *InvalidError with all faults.
func (c *Config) Check() error {
	var faults []string
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	if _, port, err := net.SplitHostPort(c.Listen); err != nil {
		fault("listen: %q is not host:port; write for example 127.0.0.1:8080", c.Listen)
	} else if _, err := net.LookupPort("tcp", port); err != nil {
		fault("listen: %q is not a port; write a number from 0 to 65535", port)
	}
	if c.PublicURL != "" {
		u, err := url.Parse(c.PublicURL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" {
			fault("public-url: %q is not an http or https address such as https://bots.example.com", c.PublicURL)
		}
	}
	if _, err := admission.ParseProxies(c.TrustedProxies); err != nil {
		fault("trusted-proxies: %v", err)
	}
	if c.Data == "" {
		fault("data: it is empty; name a folder, such as .bellhop")
	}
	if c.MasterKeyFile != "" && c.MasterKeyCommand != "" {
		fault("master-key-file: there is a master-key-command too; give one of them")
	}
	if strings.Contains(c.Database, "://") && !c.Postgres() {
		fault("database: only postgres:// addresses and paths of SQLite files are understood")
	}
	if !slices.Contains([]string{"auto", "text", "json"}, c.LogFormat) {
		fault("log-format: %q is not auto, text or json", c.LogFormat)
	}
	if !slices.Contains([]string{"debug", "info", "warn", "error"}, c.LogLevel) {
		fault("log-level: %q is not debug, info, warn or error", c.LogLevel)
	}
	for _, d := range [...]struct {
		name  string
		value time.Duration
	}{
		{"webhook-timeout", c.WebhookTimeout}, {"node-idle", c.NodeIdle},
	} {
		if d.value <= 0 {
			fault("%s: %s is not a time to wait; write for example 60s", d.name, d.value)
		}
	}
	if c.DeliveryTimeout < 0 || c.DeliveryTimeout > 24*time.Hour {
		fault("delivery-timeout: %s is out of range; write 0, or for example 2m, up to 24h", c.DeliveryTimeout)
	}
	if c.AlertWindow < 0 || c.AlertWindow > time.Hour {
		fault("alert-window: %s is out of range; write at most 1h, for example 1m", c.AlertWindow)
	}
	if c.ShutdownGrace < 0 {
		fault("shutdown-grace: %s is negative; write for example 10s", c.ShutdownGrace)
	}
	for _, n := range [...]struct {
		name  string
		value int64
	}{
		{"body-rate", c.BodyRate}, {"webhook-body", c.WebhookBody}, {"file-size", c.FileSize}, {"file-storage", c.FileStorage},
	} {
		if n.value <= 0 {
			fault("%s: %d is too small; write a number of bytes above 0", n.name, n.value)
		}
	}
	for _, n := range [...]struct {
		name  string
		value int
	}{
		{"api-concurrent", c.APIConcurrent}, {"api-concurrent-per-caller", c.APIConcurrentPerCaller}, {"api-rate", c.APIRate},
		{"connections", c.Connections}, {"connections-per-address", c.ConnectionsPerAddress}, {"streams-per-address", c.StreamsPerAddress},
		{"webhook-concurrent", c.WebhookConcurrent}, {"webhook-concurrent-per-caller", c.WebhookConcurrentPerCaller},
		{"delivery-workers", c.DeliveryWorkers},
		{"node-processes", c.NodeProcesses}, {"node-memory", c.NodeMemory}, {"node-cpu", c.NodeCPU},
	} {
		if n.value < 1 {
			fault("%s: %d is too small; write 1 or more", n.name, n.value)
		}
	}
	if c.DeliveryAttempts < 0 {
		fault("delivery-attempts: %d is too small; write 1 or more, or 0 for no limit", c.DeliveryAttempts)
	}
	user, group, _ := strings.Cut(c.NodeUser, ":")
	for _, id := range [...]string{user, cmp.Or(group, user)} {
		if _, err := strconv.ParseUint(id, 10, 31); err != nil {
			fault("node-user: %q is not the number of a user, such as 65534, or of a user and a group, such as 1000:1000", c.NodeUser)
			break
		}
	}
	if len(faults) == 0 {
		return nil
	}
	return &InvalidError{faults}
}

// Postgres reports whether the database is a PostgreSQL server.
func (c *Config) Postgres() bool {
	return strings.HasPrefix(c.Database, "postgres://") || strings.HasPrefix(c.Database, "postgresql://")
}

// SQLitePath returns the path of the SQLite file; it has no meaning when
// Postgres is true.
func (c *Config) SQLitePath() string {
	if c.Database != "" {
		return c.Database
	}
	return filepath.Join(c.Data, "bellhop.db")
}

// Level returns the log level; an unknown name is Info.
func (c *Config) Level() slog.Level {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		return slog.LevelInfo
	}
	return level
}

// LogValue keeps the database's password out of logs.
func (c *Config) LogValue() slog.Value {
	database := c.SQLitePath()
	if c.Postgres() {
		database = "postgres"
		if u, err := url.Parse(c.Database); err == nil {
			database = u.Redacted()
		}
	}
	return slog.GroupValue(
		slog.String("listen", c.Listen), slog.String("public_url", c.PublicURL),
		slog.String("data", c.Data), slog.String("database", database))
}
