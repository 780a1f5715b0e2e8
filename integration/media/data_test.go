package media_test

import (
	"testing"

	"github.com/bellhop-dev/bellhop/integration/media"
	"github.com/bellhop-dev/bellhop/platform"
)

func TestReadData(t *testing.T) {
	t.Parallel()
	for address, want := range map[string][2]string{
		"data:image/png;base64,aGk=":              {"image/png", "hi"},
		"data:text/plain;charset=utf-8,Gr%C3%BCn": {"text/plain", "Grün"},
		"data:,a,b": {"text/plain", "a,b"},
	} {
		if typ, content, err := media.ReadData(address); err != nil || typ != want[0] || string(content) != want[1] {
			t.Errorf("ReadData(%q) = %q, %q, %v", address, typ, content, err)
		}
	}
	for _, address := range []string{"data:image/png;base64,%", "data:image/png", "data:x y,z", "data:,%zz", "https://x.test/,a"} {
		if _, _, err := media.ReadData(address); !platform.IsType(err, platform.TypeRuntime) {
			t.Errorf("ReadData(%q) = %v, want a final refusal", address, err)
		}
	}
}
