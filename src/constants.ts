/** IANA numbers of TLS, one const each, named as the RFCs name them. */

/** ProtocolVersion (RFC 9846 §4.3.1). */
export const TLS_1_2 = 0x0303;
export const TLS_1_3 = 0x0304;

/** ContentType (RFC 9846 §5.1). */
export const change_cipher_spec = 20;
export const alert = 21;
export const handshake = 22;
export const application_data = 23;

/** HandshakeType (RFC 9846 §4; those that only TLS 1.2 has are from RFC 5246 §7.4 and RFC 6066 §8). */
export const hello_request = 0;
export const client_hello = 1;
export const server_hello = 2;
export const new_session_ticket = 4;
export const end_of_early_data = 5;
export const encrypted_extensions = 8;
export const certificate = 11;
export const server_key_exchange = 12;
export const certificate_request = 13;
export const server_hello_done = 14;
export const certificate_verify = 15;
export const client_key_exchange = 16;
export const finished = 20;
export const certificate_status = 22;
export const key_update = 24;
export const message_hash = 254;

/** CipherSuite (RFC 9846 Appendix B.4). */
export const TLS_AES_128_GCM_SHA256 = 0x1301;
export const TLS_AES_256_GCM_SHA384 = 0x1302;
export const TLS_CHACHA20_POLY1305_SHA256 = 0x1303;
export const TLS_AES_128_CCM_SHA256 = 0x1304;
export const TLS_AES_128_CCM_8_SHA256 = 0x1305;

/** CipherSuite of TLS 1.2 (RFC 5289, 7251, 7905). */
export const TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 = 0xc02b;
export const TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 = 0xc02c;
export const TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 = 0xc02f;
export const TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 = 0xc030;
export const TLS_ECDHE_ECDSA_WITH_AES_128_CCM = 0xc0ac;
export const TLS_ECDHE_ECDSA_WITH_AES_256_CCM = 0xc0ad;
export const TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8 = 0xc0ae;
export const TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8 = 0xc0af;
export const TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 = 0xcca8;
export const TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 = 0xcca9;

/** With RSA key exchange, with CBC, and with pre-shared keys (RFC 4279, 5246, 5288, 5289, 5487, 5489, 6655, 7905, 8422, 8442). */
export const TLS_RSA_WITH_AES_128_CBC_SHA = 0x002f;
export const TLS_RSA_WITH_AES_256_CBC_SHA = 0x0035;
export const TLS_RSA_WITH_AES_128_CBC_SHA256 = 0x003c;
export const TLS_RSA_WITH_AES_256_CBC_SHA256 = 0x003d;
export const TLS_PSK_WITH_AES_128_CBC_SHA = 0x008c;
export const TLS_PSK_WITH_AES_256_CBC_SHA = 0x008d;
export const TLS_RSA_WITH_AES_128_GCM_SHA256 = 0x009c;
export const TLS_RSA_WITH_AES_256_GCM_SHA384 = 0x009d;
export const TLS_PSK_WITH_AES_128_GCM_SHA256 = 0x00a8;
export const TLS_PSK_WITH_AES_256_GCM_SHA384 = 0x00a9;
export const TLS_PSK_WITH_AES_128_CBC_SHA256 = 0x00ae;
export const TLS_PSK_WITH_AES_256_CBC_SHA384 = 0x00af;
export const TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA = 0xc009;
export const TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA = 0xc00a;
export const TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA = 0xc013;
export const TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA = 0xc014;
export const TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256 = 0xc023;
export const TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384 = 0xc024;
export const TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256 = 0xc027;
export const TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384 = 0xc028;
export const TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA = 0xc035;
export const TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA = 0xc036;
export const TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256 = 0xc037;
export const TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA384 = 0xc038;
export const TLS_RSA_WITH_AES_128_CCM = 0xc09c;
export const TLS_RSA_WITH_AES_256_CCM = 0xc09d;
export const TLS_RSA_WITH_AES_128_CCM_8 = 0xc0a0;
export const TLS_RSA_WITH_AES_256_CCM_8 = 0xc0a1;
export const TLS_PSK_WITH_AES_128_CCM = 0xc0a4;
export const TLS_PSK_WITH_AES_256_CCM = 0xc0a5;
export const TLS_PSK_WITH_AES_128_CCM_8 = 0xc0a8;
export const TLS_PSK_WITH_AES_256_CCM_8 = 0xc0a9;
export const TLS_PSK_WITH_CHACHA20_POLY1305_SHA256 = 0xccab;
export const TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256 = 0xccac;
export const TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256 = 0xd001;
export const TLS_ECDHE_PSK_WITH_AES_256_GCM_SHA384 = 0xd002;
export const TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256 = 0xd003;
export const TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256 = 0xd005;

/** Values in cipher_suites that are no suites (RFC 5746 §3.3, RFC 7507). */
export const TLS_EMPTY_RENEGOTIATION_INFO_SCSV = 0x00ff;
export const TLS_FALLBACK_SCSV = 0x5600;

/** NamedGroup (RFC 9846 §4.3.7). */
export const secp256r1 = 0x0017;
export const secp384r1 = 0x0018;
export const x25519 = 0x001d;

/** SignatureScheme (RFC 9846 §4.3.3). */
export const rsa_pkcs1_sha256 = 0x0401;
export const rsa_pkcs1_sha384 = 0x0501;
export const rsa_pkcs1_sha512 = 0x0601;
export const ecdsa_secp256r1_sha256 = 0x0403;
export const ecdsa_secp384r1_sha384 = 0x0503;
export const ecdsa_secp521r1_sha512 = 0x0603;
export const rsa_pss_rsae_sha256 = 0x0804;
export const rsa_pss_rsae_sha384 = 0x0805;
export const rsa_pss_rsae_sha512 = 0x0806;
export const ed25519 = 0x0807;

/** ExtensionType (RFC 9846 §4.3). */
export const server_name = 0;
export const max_fragment_length = 1;
export const status_request = 5;
export const supported_groups = 10;
export const ec_point_formats = 11;
export const signature_algorithms = 13;
export const application_layer_protocol_negotiation = 16;
export const signed_certificate_timestamp = 18;
export const padding = 21;
export const encrypt_then_mac = 22;
export const extended_master_secret = 23;
export const record_size_limit = 28;
export const session_ticket = 35;
export const pre_shared_key = 41;
export const early_data = 42;
export const supported_versions = 43;
export const cookie = 44;
export const psk_key_exchange_modes = 45;
export const certificate_authorities = 47;
export const oid_filters = 48;
export const post_handshake_auth = 49;
export const signature_algorithms_cert = 50;
export const key_share = 51;
export const renegotiation_info = 0xff01;

/** Whether a scheme is one of an RSA key: PKCS #1 v1.5 or PSS. */
export function signsWithRsa(scheme: number): boolean {
  return (scheme & 0xff) === 1 || (scheme >= 0x0804 && scheme <= 0x0806) || (scheme >= 0x0809 && scheme <= 0x080b);
}

/** Whether a scheme may stand in a TLS 1.3 CertificateVerify: rsa_pkcs1_* and SHA-1 may not (RFC 9846 §4.5.2). */
export function signsHandshake13(scheme: number): boolean {
  const family = scheme & 0xff;
  const hash = scheme >> 8;
  return hash === 8 || (family === 3 && hash >= 4 && hash <= 6);
}
