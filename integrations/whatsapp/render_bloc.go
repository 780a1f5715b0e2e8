package whatsapp

import (
	"github.com/bellhop-dev/bellhop/integration/bloc"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// renderBloc sends one message for each item, in order.
func renderBloc(r *rendering, b *message.Bloc) ([]part, error) {
	return bloc.Render(b, bloc.Renderers[part]{
		message.TypeText:     bloc.By(r, renderText),
		message.TypeMarkdown: bloc.By(r, renderMarkdown),
		message.TypeImage:    bloc.By(r, renderImage),
		message.TypeAudio:    bloc.By(r, renderAudio),
		message.TypeVideo:    bloc.By(r, renderVideo),
		message.TypeFile:     bloc.By(r, renderFile),
		message.TypeLocation: bloc.By(r, renderLocation),
	})
}
