package api

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"fmt"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// keyed returns the record that a call with an idempotency key is to make, or nil for a call without one.
func keyed(id *Identity, op *platform.Operation, in any) (*store.IdempotencyKey, error) {
	key := *platform.IdempotencyKey(in)
	if key == "" {
		return nil, nil
	}
	if err := platform.CheckIdempotencyKey("idempotencyKey", key); err != nil {
		return nil, err
	}
	hash, err := payloadHash(key, op.Name, in)
	if err != nil {
		return nil, err
	}
	return &store.IdempotencyKey{
		BotID: id.Bot.ID, InstallationID: id.installationID(), Key: key, Operation: op.Name, Hash: hash,
	}, nil
}

// payloadHash identifies the operation and the input of a call, whatever the order of the members of its JSON. It is
// salted with the key: a short text is not found by hashing all short texts once.
func payloadHash(key, operation string, in any) ([]byte, error) {
	text, err := jsonv2.Marshal(in, jsonv2.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return nil, fmt.Errorf("hash the input of %s: %w", operation, err)
	}
	sorted := jsontext.Value(text)
	if err := sorted.Format(jsontext.ReorderRawObjects(true), jsontext.AllowInvalidUTF8(true)); err != nil {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "the payload is not valid JSON: %w", err)
	}
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%q %s ", key, operation) // a hash takes everything
	h.Write(sorted)
	return h.Sum(nil)[:16], nil
}

// sameCall returns a KeyConflict unless the call that used the key first is the call k.
func sameCall(k, prior *store.IdempotencyKey) error {
	if k.Operation == prior.Operation && string(k.Hash) == string(prior.Hash) {
		return nil
	}
	c := platform.KeyConflict{Key: k.Key, Operation: prior.Operation, ID: prior.RowID}
	if len(prior.Output) > 0 {
		c.Output = prior.Output
	}
	return c.Error()
}

// claim records that a call with a key makes the row. It returns the record of an earlier call that made its row
// already, which this call repeats, or a KeyConflict. A call without a key (k is nil) claims nothing.
func claim(ctx context.Context, tx *store.Tx, k *store.IdempotencyKey, rowID string) (prior *store.IdempotencyKey, err error) {
	if k == nil {
		return nil, nil
	}
	k.RowID = rowID
	if prior, err = tx.ClaimKey(ctx, k); err != nil || prior == nil {
		return nil, err
	}
	return prior, sameCall(k, prior)
}

// callID names one call of code under an idempotency key, for the code that is called. It is the same for each repeat
// of the call and tells nothing of the key, which is the caller's own.
func callID(k *store.IdempotencyKey) string {
	if k == nil {
		return ""
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q", k.BotID, k.InstallationID, k.Key))
	return "call_" + base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:16])
}
