package api

import (
	"encoding/json"
	"maps"
	"math"
	"mime"
	"path"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// Limits of files.
const (
	maxFileKey      = 512      // characters
	maxFileTag      = 1000     // characters of a value
	maxFileTagName  = 200      // characters
	maxFileMetadata = 64 << 10 // bytes
	maxFileExpiry   = 90 * 24 * time.Hour
	octets          = "application/octet-stream"
)

func checkFileKey(field, key string) error {
	if n := utf8.RuneCountInString(key); n == 0 || n > maxFileKey {
		return platform.Errorf(platform.TypeInvalidPayload, "%s has %d characters; give 1 to %d", field, n, maxFileKey)
	}
	return nil
}

// draftFile reads what upsertFile says of a file.
func (s *Service) draftFile(in *platform.UpsertFileInput, now time.Time) (*store.File, error) {
	if err := checkFileKey("key", in.Key); err != nil {
		return nil, err
	}
	if in.Size < 0 || in.Size != math.Trunc(in.Size) {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "size %v is not a number of bytes", in.Size)
	}
	if in.Size > float64(s.FileSize) {
		return nil, platform.Errorf(platform.TypePayloadTooLarge, "size is %.0f bytes; a file may have at most %d here", in.Size, s.FileSize)
	}
	f := &store.File{Key: in.Key, Size: int64(in.Size), Indexed: in.Index, Status: string(platform.FilePending), Tags: store.Tags{}}
	var err error
	if f.ContentType, err = contentType(in.ContentType, in.Key); err != nil {
		return nil, err
	}
	if err := mergeFileTags(f.Tags, pointers(in.Tags)); err != nil {
		return nil, err
	}
	if f.Policies, err = filePolicies(in.AccessPolicies); err != nil {
		return nil, err
	}
	if f.Metadata, err = mergeMetadata(nil, in.Metadata); err != nil {
		return nil, err
	}
	f.ExpiresAt, err = fileExpiry(in.ExpiresAt, now)
	return f, err
}

// changeFile applies what updateFileMetadata says.
func changeFile(f *store.File, in *platform.UpdateFileMetadataInput, now time.Time) (err error) {
	f.Tags = maps.Clone(f.Tags)
	if err := mergeFileTags(f.Tags, in.Tags); err != nil {
		return err
	}
	if in.AccessPolicies != nil {
		if f.Policies, err = filePolicies(*in.AccessPolicies); err != nil {
			return err
		}
	}
	if f.Metadata, err = mergeMetadata(f.Metadata, in.Metadata); err != nil {
		return err
	}
	if in.ExpiresAt.Null {
		f.ExpiresAt = nil
	} else if at, ok := in.ExpiresAt.Get(); ok {
		f.ExpiresAt, err = fileExpiry(&at, now)
	}
	return err
}

// contentType checks a MIME type, or tells it by the key's ending.
func contentType(given, key string) (string, error) {
	if given == "" {
		switch ext := strings.ToLower(path.Ext(key)); ext {
		case ".md":
			return "text/markdown; charset=utf-8", nil
		case ".txt", ".csv":
			return map[string]string{".txt": "text/plain", ".csv": "text/csv"}[ext] + "; charset=utf-8", nil
		default:
			if known := mime.TypeByExtension(ext); known != "" {
				return known, nil
			}
			return octets, nil
		}
	}
	if _, _, err := mime.ParseMediaType(given); err != nil || len(given) > 200 || !strings.Contains(given, "/") {
		return "", platform.Errorf(platform.TypeInvalidPayload, "contentType %.60q is not a MIME type such as image/png; leave it out to have it told by the key", given)
	}
	return given, nil
}

func mergeFileTags(tags store.Tags, changes map[string]*string) error {
	for name, value := range changes {
		switch n := utf8.RuneCountInString(name); {
		case n == 0 || n > maxFileTagName:
			return platform.Errorf(platform.TypeInvalidPayload, "tags: the name %.60q has %d characters; give 1 to %d", name, n, maxFileTagName)
		case value == nil:
			delete(tags, name)
		case utf8.RuneCountInString(*value) > maxFileTag:
			return platform.Errorf(platform.TypeInvalidPayload, "tags.%s has %d characters; give at most %d", name, utf8.RuneCountInString(*value), maxFileTag)
		default:
			tags[name] = *value
		}
	}
	if len(tags) > maxTags {
		return platform.Errorf(platform.TypeLimitExceeded, "tags: the file would have %d; give at most %d", len(tags), maxTags)
	}
	return nil
}

func filePolicies(list []platform.FilePolicy) ([]string, error) {
	var policies []string
	for _, p := range list {
		if p != platform.FilePublic && p != platform.FileIntegrations {
			return nil, platform.Errorf(platform.TypeInvalidPayload, "accessPolicies: %.60q is not known; give %s or %s", p, platform.FilePublic, platform.FileIntegrations)
		}
		policies = append(policies, string(p))
	}
	slices.Sort(policies)
	return slices.Compact(policies), nil
}

// mergeMetadata sets the members of an object; null removes one.
func mergeMetadata(before, change json.RawMessage) (json.RawMessage, error) {
	members := map[string]json.RawMessage{}
	if len(before) > 0 {
		if err := json.Unmarshal(before, &members); err != nil {
			return nil, err
		}
	}
	if len(change) > 0 && string(change) != "null" {
		var changes map[string]json.RawMessage
		if json.Unmarshal(change, &changes) != nil {
			return nil, platform.Errorf(platform.TypeInvalidPayload, "metadata is not an object; give one such as {\"source\": \"mail\"}")
		}
		for name, value := range changes {
			if string(value) == "null" {
				delete(members, name)
			} else {
				members[name] = value
			}
		}
	}
	raw, err := json.Marshal(members)
	if err == nil && len(raw) > maxFileMetadata {
		return nil, platform.Errorf(platform.TypeLimitExceeded, "metadata has %d bytes; give at most %d", len(raw), maxFileMetadata)
	}
	return raw, err
}

func fileExpiry(at *platform.Time, now time.Time) (*time.Time, error) {
	if at == nil {
		return nil, nil
	}
	if !at.After(now) || at.After(now.Add(maxFileExpiry)) {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "expiresAt %s is not within the next 90 days", at)
	}
	t := at.Time
	return &t, nil
}
