// The trees that the npm package yaml reads; requests and answers are those of ../go/main.go.
"use strict";

const YAML = require("yaml");

const OPTIONS = { uniqueKeys: false, intAsBigInt: true, prettyErrors: false, logLevel: "silent" };

function typeOf(value) {
	if (value === null || value === undefined)
		return "null";
	return { bigint: "int", number: "float", boolean: "bool", string: "string" }[typeof value] || "other";
}

function convert(node) {
	if (!node)
		return ["s", "null", ""];
	if (YAML.isAlias(node))
		return ["a", node.source];
	if (YAML.isMap(node))
		return ["m", node.items.map((pair) => [convert(pair.key), convert(pair.value)])];
	if (YAML.isSeq(node))
		return ["l", node.items.map(convert)];
	return ["s", typeOf(node.value), node.source === undefined ? "" : node.source];
}

function answer(file) {
	let text;
	try {
		text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(file);
		const documents = YAML.parseAllDocuments(text, OPTIONS);
		for (const document of documents)
			if (document.errors.length)
				return { error: document.errors[0].message };
		return { documents: Array.from(documents, (document) => convert(document.contents)) };
	} catch (problem) {
		return { error: String(problem) };
	}
}

let pending = Buffer.alloc(0);
process.stdin.on("data", (chunk) => {
	pending = Buffer.concat([pending, chunk]);
	for (let eol; (eol = pending.indexOf(10)) >= 0; ) {
		const end = eol + 1 + Number(pending.subarray(0, eol).toString());
		if (pending.length < end)
			return;
		process.stdout.write(JSON.stringify(answer(pending.subarray(eol + 1, end))) + "\n");
		pending = pending.subarray(end);
	}
});
