package api

import "github.com/bellhop-dev/bellhop/platform"

// bound is the limit of a field. It is found by the field's path: the longest
// end of "operation.member.member" that has a row; * stands for the members of
// a map and [] for the elements of a list.
type bound struct {
	field string
	most  int
	// refusal is the type of the error; InvalidPayload for texts,
	// PayloadTooLarge for JSON, LimitExceeded for counts (InvalidQuery in a query)
	// by default.
	refusal platform.ErrorType
}

const (
	kib = 1 << 10
	mib = 1 << 20
)

// textBounds are of texts, in characters. "" is the row of all others.
var textBounds = []bound{
	{field: "", most: 1000},
	{field: "id", most: 200}, {field: "botId", most: 200}, {field: "userId", most: 200}, {field: "conversationId", most: 200},
	{field: "integrationId", most: 200}, {field: "interfaceId", most: 200}, {field: "messageId", most: 200},
	{field: "name", most: maxName}, {field: "version", most: 100}, {field: "cron", most: 200}, {field: "note", most: 500},
	{field: "getState.name", most: 1000}, {field: "table", most: 1000},
	{field: "createBotVersion.name", most: 16 * kib}, {field: "createBotVersion.description", most: 16 * kib},
	{field: "title", most: 500}, {field: "description", most: 5000}, {field: "url", most: 8000},
	{field: "updateBot.description", most: maxDescription}, {field: "createBot.description", most: maxDescription},
	{field: "medias[].url", most: 16 * kib}, {field: "pictureUrl", most: maxURL},
	{field: "readme", most: 2 * mib}, {field: "icon", most: mib},
	{field: "tags.*", most: maxTagValue}, {field: "initialTags.*", most: maxTagValue}, {field: "findBy[].*", most: maxTagValue},
	{field: "upsertFile.tags.*", most: maxFileTag}, {field: "updateFileMetadata.tags.*", most: maxFileTag}, {field: "properties.*", most: 16 * kib}, {field: "attributes.*", most: 16 * kib},
	{field: "identifier", most: maxIdentifier, refusal: platform.TypeInvalidIdentifier},
	{field: "dedupeKey", most: maxTagValue}, {field: "idempotencyKey", most: platform.MaxIdempotencyKey}, {field: "nextToken", most: 4 * kib, refusal: platform.TypeInvalidQuery},
	{field: "secrets.*", most: maxSecret, refusal: platform.TypePayloadTooLarge},
	{field: "script", most: 16 * kib}, {field: "extractScript", most: 16 * kib},
	{field: "fallbackHandlerScript", most: 16 * kib}, {field: "linkTemplateScript", most: 16 * kib},
	{field: "code", most: maxCode, refusal: platform.TypePayloadTooLarge},
	{field: "code.node", most: maxCode, refusal: platform.TypePayloadTooLarge},
	{field: "code.browser", most: maxCode, refusal: platform.TypePayloadTooLarge},
}

// jsonBounds are of members that hold any JSON, in bytes.
var jsonBounds = []bound{
	{field: "", most: maxPayload},
	{field: "schema", most: 100 * kib}, {field: "configuration", most: maxConfiguration}, {field: "configuration.data", most: maxConfiguration},
	{field: "input", most: mib}, {field: "runVrl.data", most: 8 * mib}, {field: "rows[].*", most: mib},
}

// countBounds are of lists and maps, in elements. The name of a member has at
// most maxMemberName characters.
var countBounds = []bound{
	{field: "", most: 1000}, {field: "rows[]", most: 2000}, {field: "ids", most: 10_000}, {field: "messages", most: 1000},
	{field: "medias", most: 100}, {field: "secrets", most: 100},
}

// maxDefinitionParts is how many members and elements the schemas of one
// definition have together, each of which takes time to compile.
const maxDefinitionParts = 50_000

// maxMemberName is the length of the name of a member, in characters.
const maxMemberName = 500
