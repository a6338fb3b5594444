// As much HTTP/1.1 (RFC 9112) as a sensor needs: one request at a time, replies with a Content-Length.

/** A POST of a JSON body. `last`: the connection is closed behind the reply. */
export function postRequest(path: string, host: string, body: string, last: boolean): string {
  return `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n${last ? "Connection: close\r\n" : ""}\r\n${body}`;
}

export interface Reply {
  readonly status: number;
  readonly body: string;
}

/** The reply at the start of `text`; null: more bytes are needed. Throws where it is no HTTP. */
export function readReply(text: string): Reply | null {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const head = text.slice(0, end);
  const status = head.startsWith("HTTP/1.") ? Number(head.slice(9, 12)) : Number.NaN;
  if (!(status >= 100 && status <= 999)) throw new Error(`this is no HTTP reply: "${head.slice(0, 40)}"`);
  const length = contentLength(head.toLowerCase());
  if (text.length < end + 4 + length) return null;
  return { status, body: text.slice(end + 4, end + 4 + length) };
}

function contentLength(head: string): number {
  const at = head.indexOf("\r\ncontent-length:");
  return at < 0 ? 0 : Number.parseInt(head.slice(at + 17), 10);
}
