/** What is signed before the transcript hash (RFC 9846 §4.5.2): 64 spaces, the context string and a zero byte. */
export const SERVER_CONTEXT = content("TLS 1.3, server CertificateVerify");
export const CLIENT_CONTEXT = content("TLS 1.3, client CertificateVerify");

function content(context: string): Uint8Array {
  const bytes = new Uint8Array(64 + context.length + 1);
  bytes.fill(0x20, 0, 64);
  for (let i = 0; i < context.length; i++) bytes[64 + i] = context.charCodeAt(i);
  return bytes;
}

/** The whole of what is signed, for algorithms that hash for themselves. */
export function signedContent(context: Uint8Array, transcript: Uint8Array, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(context.length + length);
  bytes.set(context);
  for (let i = 0; i < length; i++) bytes[context.length + i] = transcript[offset + i];
  return bytes;
}
