package platform

import "context"

// The operations on the secrets that calls to served code are signed with.
var (
	OpRotateBotSigningSecrets         = op[RotateSigningSecretsInput, RotateSigningSecretsOutput](Operation{Name: "rotateBotSigningSecrets", Method: "POST", Path: "/v1/admin/bots/{id}/signing-secrets/rotate", Scope: ScopeAccount})
	OpRotateIntegrationSigningSecrets = op[RotateSigningSecretsInput, RotateSigningSecretsOutput](Operation{Name: "rotateIntegrationSigningSecrets", Method: "POST", Path: "/v1/admin/integrations/{id}/signing-secrets/rotate", Scope: ScopeAccount})
)

// RotateSigningSecretsInput is the input of RotateBotSigningSecrets and of
// RotateIntegrationSigningSecrets.
type RotateSigningSecretsInput struct {
	ID string `path:"id" json:"-"`
}

// RotateSigningSecretsOutput is their output.
type RotateSigningSecretsOutput struct {
	// NewSigningSecret is base64url, and shown this once.
	NewSigningSecret string `json:"newSigningSecret"`
}

// RotateBotSigningSecrets makes a secret that calls to the bot's code are
// signed with from now on. Without one they are not signed. Those before it
// count for another 24 hours.
func (c *Client) RotateBotSigningSecrets(ctx context.Context, in *RotateSigningSecretsInput) (*RotateSigningSecretsOutput, error) {
	return Do(ctx, c, OpRotateBotSigningSecrets, in)
}

// RotateIntegrationSigningSecrets is RotateBotSigningSecrets for a version of
// an integration. A version that is made after it begins with its secrets.
func (c *Client) RotateIntegrationSigningSecrets(ctx context.Context, in *RotateSigningSecretsInput) (*RotateSigningSecretsOutput, error) {
	return Do(ctx, c, OpRotateIntegrationSigningSecrets, in)
}
