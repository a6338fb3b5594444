/** Names of suites of TLS 1.2 elsewhere. */

/** As OpenSSL has it. */
export function opensslCipher(suite: string): string {
  return suite
    .replace(/^TLS_|_WITH/g, "")
    .replace(/_CHACHA20_POLY1305_SHA256/, "_CHACHA20_POLY1305")
    .replace(/AES_(\d+)/, "AES$1")
    .replace(/CCM_8/, "CCM8")
    .replace(/_/g, "-");
}

/** As GnuTLS has its cipher, without key exchange and MAC. */
export function gnutlsCipher(suite: string): string {
  return suite
    .replace(/.*_WITH_/, "")
    .replace(/_SHA\d*$/, "")
    .replace(/_/g, "-");
}
