package platform

// Lists of what is published, and of bots, leave out the definitions, which are
// large: they are read one by one.

// BotSummary is a bot as ListBots tells it.
type BotSummary struct {
	ID        string `json:"id"`
	CreatedAt Time   `json:"createdAt"`
	UpdatedAt Time   `json:"updatedAt"`
	Name      string `json:"name"`
	Dev       bool   `json:"dev"`
	URL       string `json:"url,omitempty"`
	Builtin   string `json:"builtin,omitempty"`
	Uploaded  bool   `json:"uploaded,omitempty"` // as Bot has it
	Tags      Tags   `json:"tags"`               // as Bot has them
}

// Summary is a version of an interface or a plugin as lists tell it.
type Summary struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Version     string `json:"version"`
	CreatedAt   Time   `json:"createdAt"`
	UpdatedAt   Time   `json:"updatedAt"`
	Title       string `json:"title"`
	Description string `json:"description"`
	pictured
	Public          bool       `json:"public"`
	Visibility      Visibility `json:"visibility"`
	LifecycleStatus string     `json:"lifecycleStatus"`
}

// IntegrationSummary is an integration version as lists tell it.
type IntegrationSummary struct {
	Summary
	VerificationStatus string `json:"verificationStatus"`
	URL                string `json:"url,omitempty"`
	Builtin            bool   `json:"builtin,omitempty"`
	Uploaded           bool   `json:"uploaded,omitempty"`
	Dev                bool   `json:"dev,omitempty"`
	// MatchedOn says where what was searched for was found; nil without a search.
	MatchedOn *MatchedOn `json:"matchedOn,omitempty"`
	// OwnerWorkspace and Meta are of the hub's lists only.
	OwnerWorkspace *OwnerWorkspace `json:"ownerWorkspace,omitempty"`
	Meta           *HubMeta        `json:"meta,omitempty"`
}

// MatchedOn is where a search found something.
type MatchedOn struct {
	Name        bool     `json:"name,omitempty"`
	Title       bool     `json:"title,omitempty"`
	Description bool     `json:"description,omitempty"`
	Actions     []string `json:"actions,omitempty"`
	Interfaces  []string `json:"interfaces,omitempty"`
}

// Summary leaves out the definition.
func (i *Integration) Summary() IntegrationSummary {
	p := describe(i.Title, i.Name, i.visibility())
	return IntegrationSummary{
		Summary: Summary{
			ID: i.ID, Name: i.Name, Version: i.Version, CreatedAt: i.CreatedAt, UpdatedAt: i.UpdatedAt, Title: p.Title, Description: i.Description,
			pictured: pictured{IconURL: p.IconURL}, Public: p.Public, Visibility: p.Visibility, LifecycleStatus: p.LifecycleStatus,
		},
		VerificationStatus: p.VerificationStatus, URL: i.URL, Builtin: i.Builtin, Uploaded: i.Uploaded, Dev: i.Dev,
	}
}

// Summary leaves out the definition.
func (i *Interface) Summary() Summary {
	visibility := VisibilityPrivate
	if i.Shown() {
		visibility = VisibilityPublic
	}
	return summary(describe(i.Title, i.Name, visibility), Summary{
		ID: i.ID, Name: i.Name, Version: i.Version, CreatedAt: i.CreatedAt, UpdatedAt: i.UpdatedAt, Description: i.Description,
		pictured: picture(i.Icon, i.Readme),
	})
}

// Summary leaves out the definition.
func (p *Plugin) Summary() Summary {
	return summary(describe(p.Title, p.Name, p.visibility()), Summary{
		ID: p.ID, Name: p.Name, Version: p.Version, CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt, Description: p.Description,
		pictured: picture(p.Icon, p.Readme),
	})
}

func summary(p published, s Summary) Summary {
	s.Title, s.Public, s.Visibility, s.LifecycleStatus = p.Title, p.Public, p.Visibility, p.LifecycleStatus
	return s
}
