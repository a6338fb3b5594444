/** Messages of all handshakes, as the figures number them. */
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
];
