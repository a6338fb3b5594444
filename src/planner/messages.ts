/** Messages of all handshakes, as the figures number them. Our own have a row where they waited for room to be sent. */
export const MESSAGES: readonly string[] = [
  "ClientHello",
  "ServerHello",
  "EncryptedExtensions",
  "CertificateRequest",
  "Certificate",
  "CertificateVerify",
  "ServerKeyExchange",
  "ServerHelloDone",
  "ClientKeyExchange",
  "Finished",
  "NewSessionTicket",
  "our ServerHello",
  "our EncryptedExtensions",
  "our Certificate",
  "our CertificateVerify",
  "our Finished",
];
