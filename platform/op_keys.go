package platform

import "context"

// The operation on the keys that values are encrypted with at rest.
var (
	OpRotateKeys = op[RotateKeysInput, RotateKeysOutput](Operation{Name: "rotateKeys", Method: "POST", Path: "/v1/bellhop/keys/rotate", Scope: ScopeAccount})
)

// RotateKeysInput is the input of RotateKeys; it has no members.
type RotateKeysInput struct{}

// RotateKeysOutput is the output of RotateKeys.
type RotateKeysOutput struct {
	KeyID    int64 `json:"keyId"`    // of the new key
	Resealed int   `json:"resealed"` // values that were encrypted anew
}

// RotateKeys makes a new data key, encrypts every value with it, and forgets
// the keys before. The server goes on meanwhile.
func (c *Client) RotateKeys(ctx context.Context, in *RotateKeysInput) (*RotateKeysOutput, error) {
	return Do(ctx, c, OpRotateKeys, in)
}
