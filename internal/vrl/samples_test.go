package vrl

// events are inputs of the samples.
var events = []any{
	map[string]any{
		"n": nil, "arr": []any{float64(1), "two"}, "str": "text", "flag": true, "float": 2.5,
		"o": map[string]any{"list": []any{map[string]any{}, map[string]any{"x": "deep"}}, "x-y": "dash"},
		"q": map[string]any{}, "json": `{"a":[1,2.5,"x"],"b":null}`,
		"path": "/in", "query": "hub.mode=subscribe&hub.challenge=42&hub.verify_token=tok", "method": "POST",
		"body": `{"team_id":"T1","object":"page","entry":[{"id":"77"}],"challenge":"c1"}`, "headers": map[string]any{"x-sign": "v1=abc"},
		"secrets": map[string]any{"TOKEN": "tok"}, "webhookId": "wh_1", "webhookUrl": "https://hooks.example", "env": "production",
	},
	map[string]any{
		"str": "12", "json": "nope", "body": `payload=%7B%22team_id%22%3A%22T2%22%7D`, "query": "hub.mode=other", "path": "/sandbox/x",
		"env": "development", "secrets": map[string]any{}, "headers": map[string]any{},
	},
}

// accepted are programs in the manner of public integrations: both engines
// must compile them.
var accepted = []string{
	"body = parse_json!(.body)\nid = null\nif body.object == \"page\" {\n    id = body.entry[0].id\n}\nid",
	"parse_json!(replace(decode_percent!(.body), \"payload=\", \"\")).team_id",
	"to_string!(parse_json!(.body).entry[0].id)",
	"q = parse_query_string!(.query)\nif q.\"hub.mode\" == \"subscribe\" {\n  if q.\"hub.verify_token\" == .secrets.TOKEN {\n    {\"status\": 200, \"body\": q.\"hub.challenge\"}\n  } else {\n    {\n      \"status\": 403, # refused\n      \"body\": \"wrong\"\n    }\n  }\n} else {\n  {\"status\": 404}\n}",
	"url = to_string!(.webhookUrl)\nid = to_string!(.webhookId)\nenv = to_string!(.env)\nclient = \"dev\"\n\nif env == \"production\" {\n  client = \"live\"\n}\nredirect = \"{{ url }}/oauth\"\n\n\"https://vendor.example/authorize?client_id={{client}}&redirect_uri={{ redirect }}&state={{ id }}\"\n",
	"scopes = [\n  \"data:read\",\n  \"data:write\",\n]\nencode_percent(join!(scopes, \",\"))",
	"want = split(to_string!(.headers.\"x-sign\"), \"=\")[1]\nhave = encode_base16(hmac(to_string!(.body), to_string!(.secrets.TOKEN)))\nif have != want { null } else { \"ok\" }",
	"token = parse_json!(.body).challenge\nmsg, err = \"received: \" + token\nif err == null{\n  assert!(false, message: msg)\n}\n\n{}",
	"body = parse_json!(.body)\nid = get(body, [\"entry\", 0, \"id\"]) ?? null\nif id == null {\n  id = get(body, [\"other\"]) ?? null\n}\nid",
	"body = parse_json!(.body)\nid = null\nif exists(body.entry[0].id) { id = body.entry[0].id }\nid",
	"v = parse_json!(.body)\nif !is_nullish(v.entry) && length!(v.entry) > 0 { v.entry[0].id } else { v.team_id }",
	"phone = if .env == \"production\" {\n  \"1\"\n} else {\n  \"2\"\n}\n\"https://wa.example/{{ phone }}\"",
	"if to_bool!(parse_json!(.body).is_echo) { null } else { \"x\" }",
	"encode_json({\"challenge\": parse_json!(.body).challenge})",
	"parse_json!(decode_base64!(\"eyJlbWFpbCI6ImFAYi5jIn0=\")).email",
}

// samples are programs that both engines are asked about; the reference
// engine may refuse some.
var samples = append([]string{
	"", "# nothing", "1;2;", "1;\n2", "{}", "{ }", "[]", "[1,2,]", `{"a":1,}`, "{ 1; 2 }", "(1)", ".", "null",
	"1 + 1.5", "9223372036854775807 + 1", "1 / 0 ?? 3", "10 / 4", "7.5 - 1", "5 - 3 * 2", "10 - 3 - 2", "1 > 0.5", "1 == 1.0", "[1] == [1.0]",
	`"a" + null`, `null + "a"`, `1 + "a" ?? 4`, `"a" * 3 + "b"`, `"a" * -1`, `1 == "1"`, `"é" > "z"`, `[1] > [2] ?? "e"`,
	`parse_json("false") ?? false || true`, `true || false && false`, "false && true || true", "true == 1 < 2", "1 && true ?? 5", "true && null", "null || 0", `"" || "x"`,
	"!(1==1)", "!true || true", "-1 + 2", "x = -5\nx", "1 +\n2", "x = \n3\nx", "true &&\nfalse",
	"if false { 1 }", "if true\n{ 1 }", "if false { 1 } else if true { 2 }", "x = 1\nif true { x = 2 }\nx", "x = y = 3\nx",
	"x = {\"a\":{\"b\":1}}\nx.a.c = 2\nx", "x=[]\nx[2]=\"a\"\nx", "x=[]\nx[-1]=\"a\"\nx", "x=[1]\nx[-3]=\"a\"\nx", ".a[1].b=3\n.a", "a = {}\na |= {\"b\":1}\na",
	"a, err = parse_json(\"x\")\na", "a, err = to_int(\"x\")\na", "a, err = parse_json(\"{}\")\n[a, err]", "a, err = \"x\" + .n\na", "a, err = .arr + \"y\"\na",
	`"a\{{ b }}"`, `"a{ b }"`, "\"a\\\n  b\"", `"\0\'x"`, `s'raw \n "q"'`, "\"multi\nline\"", `"}} {"`,
	`encode_json(1.0)`, `encode_json(100000000000000000000.0)`, "encode_json(0.00001)", "encode_json(0.000001)", "encode_json(1000000000000000.0)", "encode_json(10000000000000000.0)", `encode_json("\t/<>& é")`,
	"to_string!(1.5)", "to_string!(100000000000000000000.0)", "to_string!(-0.0)", "to_string!([1])", `length!("é")`,
	`split("abc","")`, `split("a:b:c",":",2)`, `split("a:b:c",":",limit: 0)`, `split("", ":")`, `split("",  "")`, `split("abc","",2)`, `split("abc","",3)`, `split("abc","",1)`,
	`replace("abc","","-")`, `replace("aaa","a","b",2)`, `replace("aaa","a","b",0)`, `replace("abc", r'b', "x")`, `replace("abc","b","$0$1")`,
	`decode_base64!("YQ=")`, `decode_base64!("_-__")`, `decode_base64!("YWI")`, `decode_base64!("YQ\n")`, `decode_base64!("YR")`, `decode_percent!("%41%zz%4%ff%e2%82")`, `encode_percent("a-b_c.d~e/é ")`,
	`hmac("a","b","SHA1")`, `encode_base16(hmac!("a","b",algorithm:"MD5"))`,
	`to_bool!("TRUE")`, `to_bool!("2")`, `to_bool!("no")`, `to_bool!("")`, "to_bool!(0.0)", `is_nullish(" ")`, `is_nullish("-")`, "is_nullish([])",
	`get!({"a":1},["a","b"])`, `get!([1,2],[-1])`, `get!({"a":[1]},["a",true])`, "get!({},[])", `exists(.q.w)`, `exists(.n)`, "assert!(false)", `assert(false) ?? "x"`,
	`parse_query_string!("?a=1")`, `parse_query_string!("??a=1")`, `parse_query_string!("a[]=1&a[]=2&=3&&x=%ff&y=%20+z")`, `parse_query_string!("")`,
	`parse_json!("18446744073709551615")`, `parse_json!("[1,]")`, `parse_json!("{\"a\":1,\"a\":2}")`, `parse_json!(" 1 ")`, `parse_json!("1 2")`, `parse_json!("-0")`, `parse_json!("1e400")`, `parse_json!("\"\\ud83d\"")`, `parse_json!("\"\\ud83d\\ude00\"")`, `parse_json!("\"\\u0000\"")`,
	`join!(["a",1],",")`, "abort", `abort "why"`, ".arr[0]", ".arr[-1]", ".arr[9]", ".arr.foo", ".str[0]", "x = 5\nx[0]", `{"a":1}.a`, "[1,2][1]", `split("a b"," ")[1]`,
	"1.", "-1.5", "1_000", "to_int!(2.9)", "to_int!(-2.9)", "to_int!(100000000000000000000.0)", `to_int!("+5")`, `to_int!(" 5")`, `to_int!("1_0")`,
	`starts_with!("Abc","a",case_sensitive: false)`, `contains("abc","")`, `encode_base64("a?>", charset: "url_safe")`,
}, accepted...)
