package platform

import "strings"

// Refusal is an operation of the official API that is known here and not
// served. Why says what a server lacks that it is about, and what to do.
type Refusal struct{ Name, Method, Path, Why string }

// Error is what a caller is answered.
func (r Refusal) Error() *Error {
	return Errorf(TypeMethodNotFound, "%s is not served: %s", r.Name, r.Why)
}

// Refusals lists them. With Operations they are the whole official API.
func Refusals() (list []Refusal) {
	for _, group := range refused {
		for line := range strings.Lines(group.operations) {
			if f := strings.Fields(line); len(f) == 3 {
				list = append(list, Refusal{Name: f[0], Method: f[1], Path: f[2], Why: group.why})
			}
		}
	}
	return list
}

// refused has a line for each operation: its name, method and path.
var refused = [...]struct{ why, operations string }{
	{"tasks are gone from newer versions of the API; keep what is to be done in states, and schedule events", `
		createTask POST /v1/chat/tasks
		getTask GET /v1/chat/tasks/{id}
		updateTask PUT /v1/chat/tasks/{id}
		deleteTask DELETE /v1/chat/tasks/{id}
		listTasks GET /v1/chat/tasks`},
	{"there are no workflows here; keep the progress of a long task in a state, and go on with scheduled events", `
		createWorkflow POST /v1/chat/workflows
		getWorkflow GET /v1/chat/workflows/{id}
		updateWorkflow PUT /v1/chat/workflows/{id}
		deleteWorkflow DELETE /v1/chat/workflows/{id}
		listWorkflows GET /v1/chat/workflows
		getOrCreateWorkflow POST /v1/chat/workflows/get-or-create`},
	{"nothing is counted here; write what you want to count to a table of the bot", `
		trackAnalytics POST /v1/chat/analytics
		captureObservation POST /v1/chat/observations
		getBotAnalytics GET /v1/admin/bots/{id}/analytics`},
	{"a server has no bills", `
		getUpcomingInvoice GET /v1/admin/workspaces/{id}/billing/upcoming-invoice
		chargeWorkspaceUnpaidInvoices POST /v1/admin/workspaces/{id}/billing/invoices/charge-unpaid`},
	{"use is not metered and has no quota; what a server takes at a time is in its configuration", `
		listWorkspaceUsages GET /v1/admin/workspaces/{id}/usages
		breakDownWorkspaceUsageByBot GET /v1/admin/workspaces/{id}/usages/by-bot
		getAllWorkspaceQuotaCompletion GET /v1/admin/workspaces/usages/quota-completion
		getWorkspaceQuota GET /v1/admin/workspaces/{id}/quota
		getUsage GET /v1/admin/usages/{id}
		getMultipleUsages GET /v1/admin/usages/multiple
		listUsageHistory GET /v1/admin/usages/{id}/history
		listUsageActivity GET /v1/admin/usages/{id}/activity
		listUsageActivityDaily GET /v1/admin/usages/{id}/daily-activity
		changeAISpendQuota PUT /v1/admin/quotas/ai-spend`},
	{"a server has one workspace with one account, which stay; run another server for another workspace", `
		createWorkspace POST /v1/admin/workspaces
		deleteWorkspace DELETE /v1/admin/workspaces/{id}
		deleteAccount POST /v1/admin/account/me
		transferBot POST /v1/admin/bots/{id}/transfer
		createWorkspaceMember POST /v1/admin/workspace-members
		updateWorkspaceMember PUT /v1/admin/workspace-members/{id}
		deleteWorkspaceMember DELETE /v1/admin/workspace-members/{id}`},
	{"changes are in the server's log, and nowhere else", `
		getAuditRecords GET /v1/admin/workspaces/{id}/audit-records
		listActivities GET /v1/admin/activities
		listActionRuns GET /v1/admin/bots/{id}/action-runs`},
	{"issues are not collected; read the logs of the bot and of the integration (getBotLogs, getIntegrationLogs)", `
		listBotIssues GET /v1/admin/bots/{id}/issues
		getBotIssue GET /v1/admin/bots/{id}/issues/{issueId}
		deleteBotIssue DELETE /v1/admin/bots/{id}/issues/{issueId}
		listBotIssueEvents GET /v1/admin/bots/{id}/issues/{issueId}/events`},
	{"bots are code here, not drawings of a studio; deploy with updateBot or bp deploy", `
		getBotJson GET /v1/admin/bots/{id}/bot-json
		publishFromBotJson POST /v1/admin/bots/{id}/publish-from-bot-json`},
	{"there is no web chat of the vendor; install the integration chat, which has a page of its own", `
		getBotWebchat GET /v1/admin/bots/{id}/webchat`},
	{"nobody shares one account of an external system with other servers; install the integration with an account of your own", `
		createIntegrationShareableId POST /v1/admin/bots/{botId}/integrations/{integrationId}/shareable-id
		getIntegrationShareableId GET /v1/admin/bots/{botId}/integrations/{integrationId}/shareable-id
		deleteIntegrationShareableId DELETE /v1/admin/bots/{botId}/integrations/{integrationId}/shareable-id
		unlinkSandboxedConversations DELETE /v1/admin/bots/{botId}/integrations/{integrationId}/sandboxed-conversations`},
	{"who may call a bot is decided by its keys; put a list of addresses into the proxy before the server", `
		getBotAllowlist GET /v1/admin/bots/{botId}/allowlist
		updateBotAllowlist PUT /v1/admin/bots/{botId}/allowlist`},
	{"nobody verifies what is published on a server of your own", `
		requestIntegrationVerification POST /v1/admin/integrations/request-verification`},
	{"the official command resolves a plugin's entities itself; use getPlugin", `
		getDereferencedPlugin GET /v1/admin/plugins/{id}/dereferenced
		getDereferencedPublicPluginById GET /v1/admin/hub/plugins/{id}/dereferenced`},
	{"passages are made from a file's content, which listFilePassages shows", `
		setFilePassages PUT /v1/files/{id}/passages`},
	{"tags of files are free; list files by their tags", `
		listFileTags GET /v1/files/tags
		listFileTagValues GET /v1/files/tags/{tag}/values`},
	{"there are no knowledge bases; searchFiles searches all files of a bot, or those with tags", `
		createKnowledgeBase POST /v1/files/knowledge-bases
		updateKnowledgeBase PUT /v1/files/knowledge-bases/{id}
		deleteKnowledgeBase DELETE /v1/files/knowledge-bases/{id}
		listKnowledgeBases GET /v1/files/knowledge-bases`},
	{"copy rows with findTableRows and createTableRows", `
		duplicateTable POST /v1/tables/{sourceTableId}/duplicate
		exportTable GET /v1/tables/{table}/export
		importTable POST /v1/tables/{table}/import
		getTableJobs GET /v1/tables/{table}/jobs
		renameTableColumn PUT /v1/tables/{table}/column`},
}
