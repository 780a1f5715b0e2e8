package api

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/url"
	"path"
	"strconv"
	"sync"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// fileLinkTime is how long the address of a content that is not public is good,
// and of an upload.
const fileLinkTime = time.Hour

// fileSigner signs addresses of contents: who has one may read or write that
// one content until it ends.
type fileSigner struct {
	key []byte
	url string // under which files are served
	now func() time.Time
}

// signerCache keeps the signer, once the key was read.
type signerCache struct {
	mu     sync.Mutex
	signer *fileSigner
}

const (
	fileKeyOwner = "server"
	fileKeyName  = "files"
)

// signer returns the signer; all nodes of a server have the same key, which the
// first one makes. It must not be called in a transaction.
func (s *Service) signer(ctx context.Context) (*fileSigner, error) {
	s.files.mu.Lock()
	defer s.files.mu.Unlock()
	if s.files.signer != nil {
		return s.files.signer, nil
	}
	key, err := update(ctx, s, func(tx *store.Tx) (string, error) {
		if err := tx.LockHash(ctx, fileKeyName); err != nil {
			return "", err
		}
		known, err := tx.Secrets(ctx, fileKeyOwner)
		if err != nil {
			return "", err
		}
		for _, secret := range known {
			if secret.Name == fileKeyName {
				return secret.Value, nil
			}
		}
		value := rand.Text() + rand.Text()
		return value, tx.PutSecret(ctx, store.Secret{Owner: fileKeyOwner, Name: fileKeyName, Value: value})
	})
	if err != nil {
		return nil, err
	}
	s.files.signer = &fileSigner{[]byte(key), s.PublicURL + "/files/", s.Now}
	return s.files.signer, nil
}

// sign signs what may be done with a content: upload is "" for reading it.
func (g *fileSigner) sign(fileID, upload string, expires int64) string {
	mac := hmac.New(sha256.New, g.key)
	_, _ = mac.Write([]byte(fileID + "\x00" + upload + "\x00" + strconv.FormatInt(expires, 10))) // never fails (hash.Hash)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// check returns nil for a signature that is ours and not too old.
func (g *fileSigner) check(fileID, upload, expires, signature string) error {
	until, err := strconv.ParseInt(expires, 10, 64)
	if err != nil || !hmac.Equal([]byte(signature), []byte(g.sign(fileID, upload, until))) {
		return platform.Errorf(platform.TypeForbidden, "the address of the file is not one that this server gave; ask for the file again and use its address whole")
	}
	if g.now().Unix() >= until {
		return platform.Errorf(platform.TypeForbidden, "the address of the file has expired; ask for the file again to get a new one")
	}
	return nil
}

func (g *fileSigner) signed(f *store.File, upload string) string {
	until := g.now().Add(fileLinkTime).Unix()
	query := url.Values{"expires": {strconv.FormatInt(until, 10)}, "signature": {g.sign(f.ID, upload, until)}}
	if upload != "" {
		query.Set("upload", upload)
	}
	return g.url + f.ID + "?" + query.Encode()
}

func (g *fileSigner) uploadURL(f *store.File) string { return g.signed(f, f.Upload) }

// contentURL is where the content is read. The name at its end is for people
// and for systems that look at it.
func (g *fileSigner) contentURL(f *store.File) string {
	name := "/" + url.PathEscape(path.Base(f.Key))
	if hasPolicy(f, platform.FilePublic) {
		return g.url + f.ID + name
	}
	u, err := url.Parse(g.signed(f, ""))
	if err != nil {
		return "" // PublicURL was checked at start
	}
	return g.url + f.ID + name + "?" + u.RawQuery
}

func (s *Service) fileView(id *Identity, f *store.File, signer *fileSigner) platform.File {
	v := platform.File{
		ID: f.ID, BotID: f.BotID, Key: f.Key, URL: signer.contentURL(f), ContentType: f.ContentType,
		Tags: f.Tags, Metadata: f.Metadata, CreatedAt: platform.At(f.CreatedAt), UpdatedAt: platform.At(f.UpdatedAt),
		AccessPolicies: make([]platform.FilePolicy, len(f.Policies)), Index: f.Indexed,
		Status: platform.FileStatus(f.Status), FailedStatusReason: f.StatusReason,
		Owner: platform.FileOwner{Type: "bot", ID: f.BotID},
	}
	for i, p := range f.Policies {
		v.AccessPolicies[i] = platform.FilePolicy(p)
	}
	if f.Hash != "" {
		v.Size = &f.Size
	}
	if f.ExpiresAt != nil {
		at := platform.At(*f.ExpiresAt)
		v.ExpiresAt = &at
	}
	if f.InstallationID == "" {
		return v
	}
	v.Owner = platform.FileOwner{Type: "integration"}
	for _, in := range id.Bot.Installations {
		if in.ID == f.InstallationID {
			v.Owner.Name, v.Owner.Alias = in.Integration.Name, in.Alias
		}
	}
	return v
}

// contentOf reads the file of an address; upload is "" for reading.
func (s *Service) contentOf(ctx context.Context, fileID, upload string) (*store.File, error) {
	f, err := view(ctx, s, func(tx *store.Tx) (*store.File, error) { return tx.File(ctx, fileID) })
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, fileNotFound(fileID)
	case err != nil:
		return nil, err
	case upload != "" && f.Upload != upload:
		return nil, platform.Errorf(platform.TypeResourceGone, "file %s was written anew since this address was given; use the address of the last upsertFile", fileID)
	}
	return f, nil
}
