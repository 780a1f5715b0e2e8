package whatsapptest

// overlayWebhooks adds to the contract of webhooks what Meta documents since
// the published text: people without a number, voice messages that were
// played, flows that were filled in, documents without a name, edits and
// deletions, and echoes of the WhatsApp Business app.
func overlayWebhooks(schemas object) {
	text := object{"type": "string"}
	either := func(a, b string) []any {
		return []any{object{"required": []any{a}}, object{"required": []any{b}}}
	}
	change := func(fn func(s object), path ...string) {
		if s, ok := dig(schemas, path...); ok {
			fn(s)
		}
	}
	change(func(s object) {
		s["required"], s["anyOf"] = []any{"id", "timestamp"}, either("from", "from_user_id")
	}, "BaseMessageProperties_1")
	change(func(s object) {
		s["required"], s["anyOf"] = []any{"id", "status", "timestamp"}, either("recipient_id", "recipient_user_id")
	}, "Statuses")
	change(func(s object) {
		s["enum"] = []any{"sent", "delivered", "read", "failed", "played"}
	}, "Statuses", "properties", "status")
	part(schemas, "InteractiveMessageReply", func(s object) {
		s["required"] = []any{"type", "interactive"}
		if kind, ok := dig(s, "properties", "interactive", "properties", "type"); ok {
			kind["enum"] = []any{"list_reply", "button_reply", "nfm_reply"}
		}
	})
	part(schemas, "DocumentMessage_1", func(s object) {
		document, _ := dig(s, "properties", "document")
		all, _ := document["allOf"].([]any)
		for _, p := range append(all, document) {
			if p, ok := p.(object); ok {
				loosen(p, "filename")
			}
		}
	})
	change(func(s object) { loosen(s, "referred_product") }, "ContextObject") // a reply has none
	revision := func(kind string, more object) object {
		more["original_message_id"] = text
		inner := object{"type": "object", "required": []any{"original_message_id"}, "properties": more}
		return object{"allOf": []any{
			object{"$ref": "#/components/schemas/BaseMessageProperties_1"},
			object{"type": "object", "required": []any{"type", kind}, "properties": object{"type": object{"const": kind}, kind: inner}},
		}}
	}
	change(func(s object) {
		all, _ := s["oneOf"].([]any)
		s["oneOf"] = append(all, revision("edit", object{"message": object{"type": "object", "required": []any{"type"}}}), revision("revoke", object{}))
	}, "IncomingMessage")
	echoes := object{"type": "object", "required": []any{"messaging_product", "metadata", "message_echoes"}, "properties": object{
		"message_echoes": object{"type": "array", "items": object{"type": "object", "required": []any{"id", "timestamp", "type"}, "anyOf": either("to", "to_user_id")}},
	}}
	change(func(s object) {
		all, _ := s["oneOf"].([]any)
		s["oneOf"] = append(all, echoes)
	}, "Change", "properties", "value")
	change(func(s object) {
		all, _ := s["enum"].([]any)
		s["enum"] = append(all, "smb_message_echoes")
	}, "Change", "properties", "field")
}

// part changes the members that a message has besides the base.
func part(schemas object, name string, fn func(object)) {
	s, _ := schemas[name].(object)
	all, _ := s["allOf"].([]any)
	for _, p := range all {
		if p, ok := p.(object); ok && p["properties"] != nil {
			fn(p)
		}
	}
}

// loosen makes the member optional.
func loosen(s object, member string) {
	var left []any
	required, _ := s["required"].([]any)
	for _, name := range required {
		if name != member {
			left = append(left, name)
		}
	}
	s["required"] = left
	if left == nil {
		delete(s, "required")
	}
}
