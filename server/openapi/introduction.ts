/** What a reader of the document should know before its operations; Markdown. */
export const introduction = `The HTTP API of Postrider.

**Who asks.** \`Authorization: Bearer pr_…\`. A key belongs to one workspace; what it may do is said by its scopes, and each operation names the one that it needs (\`x-scope\`).

**Errors** are [problem+json](https://www.rfc-editor.org/rfc/rfc9457) with a stable \`code\`. Fields may be added to answers at any time: read what you know and leave the rest. In requests an unknown field is an error.

**Lists** have \`data\` and \`nextCursor\`: give that as \`cursor\` to go on, until it is null.

**Once.** Where an operation takes an \`Idempotency-Key\`, the same request under the same key is done once, and \`Idempotent-Replayed: true\` says so. The same key with another request is refused with \`idempotency_key_reused\`.

**Again.** 503 is worth another try, after \`Retry-After\` and under the same key.

**Which request.** Every answer has an \`X-Request-Id\`; send one of your own to find it in the logs.

Beside this there are the API for programs written for Twilio (\`/2010-04-01\`), the callbacks of providers (\`/callbacks\`), sockets (\`/socket.io\`), and \`/healthz\` and \`/readyz\`.`;
