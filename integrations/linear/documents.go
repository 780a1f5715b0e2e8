package linear

// The GraphQL documents that the integration sends, but for raw queries of
// bots. They ask for no more than is used: every field costs points of a limit.

const pageFields = ` pageInfo { hasNextPage endCursor } `

const queryViewer = `query BellhopViewer {
  viewer { id name admin organization { id name urlKey } }
}`

const issueFields = `
fragment IssueFields on Issue {
  id identifier number title description url priority estimate createdAt updatedAt labelIds
  state { id name color type }
  team { id key name }
  project { id }
  assignee { id }
  creator { id }
  parent { id title url }
}`

const queryIssue = `query BellhopIssue($id: String!) { issue(id: $id) { ...IssueFields } }` + issueFields

const queryIssues = `query BellhopIssues($filter: IssueFilter, $first: Int, $after: String) {
  issues(filter: $filter, first: $first, after: $after, orderBy: updatedAt) { nodes { ...IssueFields }` + pageFields + `}
}` + issueFields

const mutationIssueCreate = `mutation BellhopIssueCreate($input: IssueCreateInput!) {
  issueCreate(input: $input) { success issue { ...IssueFields } }
}` + issueFields

const mutationIssueUpdate = `mutation BellhopIssueUpdate($id: String!, $input: IssueUpdateInput!) {
  issueUpdate(id: $id, input: $input) { success issue { ...IssueFields } }
}` + issueFields

const mutationIssueDelete = `mutation BellhopIssueDelete($id: String!) { issueDelete(id: $id) { success } }`

const mutationRelationCreate = `mutation BellhopRelationCreate($input: IssueRelationCreateInput!) {
  issueRelationCreate(input: $input) { success }
}`

const mutationCommentCreate = `mutation BellhopCommentCreate($input: CommentCreateInput!) {
  commentCreate(input: $input) { success comment { id } }
}`

// queryCommentExists finds a comment by its id. A list is empty where asking
// for one comment would be an error like any other.
const queryCommentExists = `query BellhopCommentExists($id: ID!) {
  comments(filter: { id: { eq: $id } }, first: 1, includeArchived: true) { nodes { id } }
}`

const mutationCommentResolve = `mutation BellhopCommentResolve($id: String!) {
  commentResolve(id: $id) { success }
}`

const userFields = `
fragment UserFields on User {
  id name displayName email avatarUrl description timezone admin guest isMe url lastSeen createdAt updatedAt archivedAt
}`

const queryUser = `query BellhopUser($id: String!) { user(id: $id) { ...UserFields } }` + userFields

const queryMe = `query BellhopMe { viewer { ...UserFields } }` + userFields

const queryUsers = `query BellhopUsers($first: Int, $after: String) {
  users(first: $first, after: $after) { nodes { ...UserFields }` + pageFields + `}
}` + userFields

const queryTeams = `query BellhopTeams($filter: TeamFilter, $first: Int, $after: String) {
  teams(filter: $filter, first: $first, after: $after) { nodes { id key name description icon }` + pageFields + `}
}`

const queryStates = `query BellhopStates($first: Int, $after: String) {
  workflowStates(first: $first, after: $after) { nodes { id name type color description position team { id } }` + pageFields + `}
}`

const queryLabels = `query BellhopLabels($filter: IssueLabelFilter, $first: Int, $after: String) {
  issueLabels(filter: $filter, first: $first, after: $after) { nodes { id name team { id } }` + pageFields + `}
}`

const queryProjects = `query BellhopProjects($filter: ProjectFilter, $first: Int, $after: String) {
  projects(filter: $filter, first: $first, after: $after) { nodes { id name }` + pageFields + `}
}`

const queryWebhooks = `query BellhopWebhooks($first: Int, $after: String) {
  webhooks(first: $first, after: $after) { nodes { id url enabled resourceTypes allPublicTeams team { id key } }` + pageFields + `}
}`

const mutationWebhookCreate = `mutation BellhopWebhookCreate($input: WebhookCreateInput!) {
  webhookCreate(input: $input) { success webhook { id } }
}`

const mutationWebhookUpdate = `mutation BellhopWebhookUpdate($id: String!, $input: WebhookUpdateInput!) {
  webhookUpdate(id: $id, input: $input) { success }
}`

const mutationWebhookDelete = `mutation BellhopWebhookDelete($id: String!) { webhookDelete(id: $id) { success } }`
