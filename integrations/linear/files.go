package linear

import (
	"context"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/schema"
)

// The interface files-readonly: teams and their projects are folders, issues
// are files of Markdown in them.
const (
	teamPrefix    = "team:"
	projectPrefix = "project:"
	issuePrefix   = "issue:"
)

const (
	kindFile   = "file"
	kindFolder = "folder"
)

const (
	actionListFolder = "filesReadonlyListItemsInFolder"
	actionTransfer   = "filesReadonlyTransferFileToBotpress"
)

// hidden keeps actions that people have no use for out of the studio's lists.
var hidden = map[string]string{"bpActionHiddenInStudio": "true"}

// projectRef is a project as it is listed.
type projectRef struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func fileActions() map[string]integration.ActionDefinition {
	list := action[folderInput, folderOutput]("List items in folder", "The interface files-readonly: teams, their projects and issues as folders and files")
	transfer := action[transferInput, transferOutput]("Transfer file", "The interface files-readonly: keep an issue, as Markdown, as a file of the bot")
	list.Attributes, transfer.Attributes = hidden, hidden
	return map[string]integration.ActionDefinition{actionListFolder: list, actionTransfer: transfer}
}

// item is a folder or a file.
type item struct {
	ID               string `json:"id" title:"ID"`
	Type             string `json:"type" title:"Type" enum:"file,folder"`
	Name             string `json:"name" title:"Name"`
	ParentID         string `json:"parentId,omitempty" title:"Parent folder ID"`
	AbsolutePath     string `json:"absolutePath,omitempty" title:"Absolute path"`
	SizeInBytes      *int   `json:"sizeInBytes,omitempty" title:"Size in bytes"`
	LastModifiedDate string `json:"lastModifiedDate,omitempty" title:"Last modified" description:"ISO 8601"`
	ContentHash      string `json:"contentHash,omitempty" title:"Content hash"`
}

func teamFolder(t *team) item {
	return item{ID: teamPrefix + t.ID, Type: kindFolder, Name: t.Name, AbsolutePath: "/" + t.Key}
}

func (i *issue) file(parent string) item {
	size := len(i.markdown())
	return item{
		ID: issuePrefix + i.ID, Type: kindFile, Name: i.Identifier + " - " + i.Title, ParentID: parent,
		AbsolutePath: "/" + i.Team.Key + "/" + i.Identifier + ".md", SizeInBytes: &size, LastModifiedDate: i.UpdatedAt,
	}
}

// markdown is what the file of an issue holds.
func (i *issue) markdown() string {
	text := "# " + i.Identifier + " - " + i.Title + "\n"
	if i.Description != "" {
		text += "\n" + i.Description + "\n"
	}
	return text
}

type folderFilters struct {
	ItemType       string   `json:"itemType,omitempty" title:"Item type" enum:"file,folder"`
	MaxSizeInBytes *float64 `json:"maxSizeInBytes,omitempty" title:"Largest size in bytes" minimum:"0"`
	ModifiedAfter  string   `json:"modifiedAfter,omitempty" title:"Modified after" description:"ISO 8601"`
}

// keep tells whether an item is asked for; of folders it matters what they are.
func (f *folderFilters) keep(i *item) bool {
	return (f.ItemType == "" || f.ItemType == i.Type) && (f.MaxSizeInBytes == nil || i.SizeInBytes == nil || float64(*i.SizeInBytes) <= *f.MaxSizeInBytes)
}

type folderInput struct {
	FolderID  string        `json:"folderId,omitempty" title:"Folder ID" description:"Without one, the teams"`
	Filters   folderFilters `json:"filters,omitzero" title:"Filters"`
	NextToken string        `json:"nextToken,omitempty" title:"Next token"`
}

type folderOutput struct {
	Items []item `json:"items" title:"Items"`
	Meta  struct {
		NextToken string `json:"nextToken,omitempty" title:"Next token"`
	} `json:"meta"`
}

// listFolder lists the teams, or the projects and issues of a team, or the
// issues of a project.
func (s *service) listFolder(ctx context.Context, a *asking, in *folderInput) (*folderOutput, error) {
	out := &folderOutput{Items: []item{}}
	add := func(i item) {
		if in.Filters.keep(&i) {
			out.Items = append(out.Items, i)
		}
	}
	filter := vars{}
	if in.Filters.ModifiedAfter != "" {
		since, err := moment("filters.modifiedAfter", in.Filters.ModifiedAfter)
		if err != nil {
			return nil, err
		}
		filter["updatedAt"] = vars{"gt": since}
	}
	team, isTeam := strings.CutPrefix(in.FolderID, teamPrefix)
	project, isProject := strings.CutPrefix(in.FolderID, projectPrefix)
	switch {
	case in.FolderID == "":
		return out, s.listTeamFolders(ctx, a, in.NextToken, out, add)
	case isTeam:
		filter["team"] = vars{"id": vars{"eq": team}}
		if in.NextToken == "" { // folders come first, once
			if err := listProjectFolders(ctx, a, team, add); err != nil {
				return nil, err
			}
		}
	case isProject:
		filter["project"] = vars{"id": vars{"eq": project}}
	default:
		return nil, integration.RuntimeError("folderId is neither a team's nor a project's; take it from a list, or leave it out for the teams")
	}
	if in.Filters.ItemType == kindFolder {
		return out, nil
	}
	c, err := page[issue](ctx, a.api, queryIssues, "issues", vars{"filter": filter}, pageSize, in.NextToken)
	if err != nil {
		return nil, err
	}
	for i := range c.Nodes {
		add(c.Nodes[i].file(in.FolderID))
	}
	out.Meta.NextToken = c.next()
	return out, nil
}

func (s *service) listTeamFolders(ctx context.Context, a *asking, after string, out *folderOutput, add func(item)) error {
	c, err := page[team](ctx, a.api, queryTeams, "teams", nil, pageSize, after)
	if err != nil {
		return err
	}
	for i := range c.Nodes {
		add(teamFolder(&c.Nodes[i]))
	}
	out.Meta.NextToken = c.next()
	return nil
}

func listProjectFolders(ctx context.Context, a *asking, teamID string, add func(item)) error {
	filter := vars{"filter": vars{"accessibleTeams": vars{"some": vars{"id": vars{"eq": teamID}}}}}
	return each(ctx, a.api, queryProjects, "projects", filter, func(p *projectRef) bool {
		add(item{ID: projectPrefix + p.ID, Type: kindFolder, Name: p.Name, ParentID: teamPrefix + teamID})
		return true
	})
}

type transferInput struct {
	File        item   `json:"file" title:"File" description:"As a list has it"`
	FileKey     string `json:"fileKey" title:"File key" description:"The key of the bot's file" minLength:"1"`
	ShouldIndex bool   `json:"shouldIndex,omitempty" title:"Index" description:"Whether the text can be searched"`
}

type transferOutput struct {
	FileID string `json:"botpressFileId" title:"File ID" description:"Of the bot's file"`
}

// transferFile keeps an issue as a file of the bot.
func (s *service) transferFile(ctx context.Context, a *asking, in *transferInput) (*transferOutput, error) {
	id, ok := strings.CutPrefix(in.File.ID, issuePrefix)
	if !ok {
		return nil, integration.RuntimeError("file.id is not an issue's; only issues can be transferred")
	}
	i, err := s.issue(ctx, a.Call, a.settings, id)
	if err != nil {
		return nil, err
	}
	f, err := a.Upload(ctx, platform.UpsertFileInput{Key: in.FileKey, Index: in.ShouldIndex, ContentType: "text/markdown"}, []byte(i.markdown()))
	if err != nil {
		return nil, err
	}
	return &transferOutput{FileID: f.ID}, nil
}

// fileChanges is the event aggregateFileChanges of the interface.
type fileChanges struct {
	ModifiedItems struct {
		Created []item `json:"created" title:"Created"`
		Updated []item `json:"updated" title:"Updated"`
		Deleted []item `json:"deleted" title:"Deleted"`
	} `json:"modifiedItems" title:"Modified items"`
}

// Events of the interface. All that happens is told by eventFileChanges; the
// others would tell it twice, and are declared because the interface has them.
const (
	eventFileChanges   = "aggregateFileChanges"
	eventFileCreated   = "fileCreated"
	eventFileUpdated   = "fileUpdated"
	eventFileDeleted   = "fileDeleted"
	eventFolderDeleted = "folderDeletedRecursive"
)

type fileChange struct {
	File item `json:"file" title:"File"`
}

type folderChange struct {
	Folder item `json:"folder" title:"Folder"`
}

func fileEvents() map[string]integration.EventDefinition {
	unused := func(title string, s integration.Schema) integration.EventDefinition {
		return integration.EventDefinition{Title: title, Description: "Part of the interface files-readonly, and never sent: " + eventFileChanges + " tells it", Schema: s}
	}
	return map[string]integration.EventDefinition{
		eventFileChanges: {
			Title: "Files changed", Description: "The interface files-readonly: issues, as files, were made, changed or removed", Schema: schema.For[fileChanges],
		},
		eventFileCreated:   unused("File created", schema.For[fileChange]),
		eventFileUpdated:   unused("File updated", schema.For[fileChange]),
		eventFileDeleted:   unused("File deleted", schema.For[fileChange]),
		eventFolderDeleted: unused("Folder deleted", schema.For[folderChange]),
	}
}

// fileChanged tells of an issue as of a file.
func (d *issueData) fileChanged(ctx context.Context, call *integration.Call, e *inbound) error {
	// The key is what the identifier begins with, also where the team is not told.
	key, _, _ := strings.Cut(d.Identifier, "-")
	file := item{
		ID: issuePrefix + d.ID, Type: kindFile, Name: d.Identifier + " - " + d.Title, LastModifiedDate: d.UpdatedAt,
		AbsolutePath: "/" + key + "/" + d.Identifier + ".md",
	}
	if d.TeamID != "" {
		file.ParentID = teamPrefix + d.TeamID
	}
	var changes fileChanges
	lists := map[string]*[]item{
		"Created": &changes.ModifiedItems.Created, "Updated": &changes.ModifiedItems.Updated, "Deleted": &changes.ModifiedItems.Deleted,
	}
	for verb, list := range lists {
		*list = []item{}
		if verb == e.verb() {
			*list = []item{file}
		}
	}
	_, err := call.Emit(ctx, integration.Event{Type: eventFileChanges, Payload: changes, DedupeKey: e.key + "/files"})
	return err
}
