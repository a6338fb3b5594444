/**
 * What a stapled answer looks like (RFC 6960 §4.2.1, Appendix B), and what is wanted of the leaf that it is about (RFC 5280 §4.1): serial number, issuer,
 * TLS feature (RFC 7633). Rows for one DerReader that reads first the one, then the other.
 */
import { ANY, FILLED, KEEP, LAST, NONE, OPEN, STREAM, VALUE } from "./der-reader.js";

export const END = 1;
export const LEAF = 2;
export const LEAF_TBS = 3;
export const LEAF_VERSION = 4;
export const LEAF_SERIAL = 5;
export const LEAF_ALGORITHM = 6;
export const LEAF_ISSUER = 7;
export const LEAF_VALIDITY = 8;
export const LEAF_SUBJECT = 9;
export const LEAF_KEY = 10;
export const LEAF_ISSUER_ID = 11;
export const LEAF_SUBJECT_ID = 12;
export const LEAF_EXTENSIONS = 13;
export const LEAF_REST = 14;
export const FEATURES = 15;
export const FEATURE = 16;
export const RESPONSE = 17;
export const RESPONSE_STATUS = 18;
export const RESPONSE_BYTES_FIELD = 19;
export const RESPONSE_BYTES = 20;
export const RESPONSE_TYPE = 21;
export const RESPONSE_OCTETS = 22;
export const BASIC = 23;
export const TBS = 24;
export const VERSION = 25;
export const VERSION_NUMBER = 26;
export const BY_NAME = 27;
export const BY_KEY = 28;
export const KEY_ID = 29;
export const PRODUCED_AT = 30;
export const RESPONSES = 31;
export const SINGLE = 32;
export const CERT_ID = 33;
export const HASH_ALGORITHM = 34;
export const NAME_HASH = 35;
export const KEY_HASH = 36;
export const SERIAL = 37;
export const GOOD = 38;
export const REVOKED = 39;
export const UNKNOWN = 40;
export const REVOCATION_TIME = 41;
export const REASON_FIELD = 42;
export const REASON = 43;
export const THIS_UPDATE = 44;
export const NEXT_UPDATE_FIELD = 45;
export const NEXT_UPDATE = 46;
export const SINGLE_EXTENSIONS = 47;
export const RESPONSE_EXTENSIONS = 48;
export const EXTENSIONS = 49;
export const EXTENSION = 50;
export const EXTENSION_ID = 51;
export const CRITICAL = 52;
export const EXTENSION_VALUE = 53;
export const ALGORITHM = 54;
export const SIGNATURE = 55;
export const CERTS_FIELD = 56;
export const CERTS = 57;
export const CERTIFICATE = 58;

/** Identifier octet, else, flags, next, inside. The rows stand in the order of the numbers above. */
export const GRAMMAR = Uint8Array.of(
  ...[0, 0, 0, 0, 0],
  ...[NONE, 0, LAST, 0, 0], // END
  ...[0x30, 0, 0, END, LEAF_TBS], // LEAF
  ...[0x30, 0, 0, LEAF_REST, LEAF_VERSION], // LEAF_TBS
  ...[0xa0, LEAF_SERIAL, 0, LEAF_SERIAL, 0], // LEAF_VERSION
  ...[0x02, 0, KEEP | VALUE, LEAF_ALGORITHM, 0], // LEAF_SERIAL
  ...[0x30, 0, 0, LEAF_ISSUER, 0], // LEAF_ALGORITHM
  ...[0x30, 0, OPEN | STREAM | VALUE, LEAF_VALIDITY, 0], // LEAF_ISSUER
  ...[0x30, 0, 0, LEAF_SUBJECT, 0], // LEAF_VALIDITY
  ...[0x30, 0, 0, LEAF_KEY, 0], // LEAF_SUBJECT
  ...[0x30, 0, 0, LEAF_ISSUER_ID, 0], // LEAF_KEY
  ...[0x81, LEAF_SUBJECT_ID, LAST, LEAF_SUBJECT_ID, 0], // LEAF_ISSUER_ID
  ...[0x82, LEAF_EXTENSIONS, LAST, LEAF_EXTENSIONS, 0], // LEAF_SUBJECT_ID
  ...[0xa3, 0, LAST, END, EXTENSIONS], // LEAF_EXTENSIONS
  ...[ANY, 0, LAST, LEAF_REST, 0], // LEAF_REST
  ...[0x30, 0, 0, END, FEATURE], // FEATURES
  ...[0x02, 0, LAST | KEEP | VALUE, FEATURE, 0], // FEATURE
  ...[0x30, 0, 0, END, RESPONSE_STATUS], // RESPONSE
  ...[0x0a, 0, FILLED | KEEP | VALUE, RESPONSE_BYTES_FIELD, 0], // RESPONSE_STATUS
  ...[0xa0, 0, 0, END, RESPONSE_BYTES], // RESPONSE_BYTES_FIELD
  ...[0x30, 0, 0, END, RESPONSE_TYPE], // RESPONSE_BYTES
  ...[0x06, 0, KEEP | VALUE, RESPONSE_OCTETS, 0], // RESPONSE_TYPE
  ...[0x04, 0, 0, END, BASIC], // RESPONSE_OCTETS
  ...[0x30, 0, 0, END, TBS], // BASIC
  ...[0x30, 0, OPEN | VALUE, ALGORITHM, VERSION], // TBS
  ...[0xa0, BY_NAME, 0, BY_NAME, VERSION_NUMBER], // VERSION
  ...[0x02, 0, KEEP | VALUE, END, 0], // VERSION_NUMBER
  ...[0xa1, BY_KEY, FILLED | OPEN | STREAM | VALUE, PRODUCED_AT, 0], // BY_NAME
  ...[0xa2, 0, 0, PRODUCED_AT, KEY_ID], // BY_KEY
  ...[0x04, 0, KEEP | VALUE, END, 0], // KEY_ID
  ...[0x18, 0, KEEP | VALUE, RESPONSES, 0], // PRODUCED_AT
  ...[0x30, 0, 0, RESPONSE_EXTENSIONS, SINGLE], // RESPONSES
  ...[0x30, 0, LAST, SINGLE, CERT_ID], // SINGLE
  ...[0x30, 0, 0, GOOD, HASH_ALGORITHM], // CERT_ID
  ...[0x30, 0, KEEP | VALUE, NAME_HASH, 0], // HASH_ALGORITHM
  ...[0x04, 0, KEEP | VALUE, KEY_HASH, 0], // NAME_HASH
  ...[0x04, 0, KEEP | VALUE, SERIAL, 0], // KEY_HASH
  ...[0x02, 0, KEEP | VALUE, END, 0], // SERIAL
  ...[0x80, REVOKED, VALUE, THIS_UPDATE, 0], // GOOD
  ...[0xa1, UNKNOWN, 0, THIS_UPDATE, REVOCATION_TIME], // REVOKED
  ...[0x82, 0, VALUE, THIS_UPDATE, 0], // UNKNOWN
  ...[0x18, 0, KEEP | VALUE, REASON_FIELD, 0], // REVOCATION_TIME
  ...[0xa0, 0, LAST, END, REASON], // REASON_FIELD
  ...[0x0a, 0, FILLED, END, 0], // REASON
  ...[0x18, 0, KEEP | VALUE, NEXT_UPDATE_FIELD, 0], // THIS_UPDATE
  ...[0xa0, SINGLE_EXTENSIONS, LAST, SINGLE_EXTENSIONS, NEXT_UPDATE], // NEXT_UPDATE_FIELD
  ...[0x18, 0, KEEP | VALUE, END, 0], // NEXT_UPDATE
  ...[0xa1, 0, LAST, END, EXTENSIONS], // SINGLE_EXTENSIONS
  ...[0xa1, 0, LAST, END, EXTENSIONS], // RESPONSE_EXTENSIONS
  ...[0x30, 0, 0, END, EXTENSION], // EXTENSIONS
  ...[0x30, 0, LAST, EXTENSION, EXTENSION_ID], // EXTENSION
  ...[0x06, 0, KEEP | VALUE, CRITICAL, 0], // EXTENSION_ID
  ...[0x01, EXTENSION_VALUE, KEEP | VALUE, EXTENSION_VALUE, 0], // CRITICAL
  ...[0x04, 0, OPEN, END, 0], // EXTENSION_VALUE
  ...[0x30, 0, FILLED | OPEN | KEEP | VALUE, SIGNATURE, 0], // ALGORITHM
  ...[0x03, 0, FILLED | OPEN | STREAM | VALUE, CERTS_FIELD, 0], // SIGNATURE
  ...[0xa0, 0, LAST, END, CERTS], // CERTS_FIELD
  ...[0x30, 0, 0, END, CERTIFICATE], // CERTS
  ...[0x30, 0, LAST | OPEN | STREAM | VALUE, CERTIFICATE, 0], // CERTIFICATE
);

/** Names for reasons, in the order of the rows. */
export const FIELDS: readonly string[] = [
  "nothing",
  "the end",
  "Certificate",
  "tbsCertificate",
  "version",
  "serialNumber",
  "signature",
  "issuer",
  "validity",
  "subject",
  "subjectPublicKeyInfo",
  "issuerUniqueID",
  "subjectUniqueID",
  "extensions",
  "signature",
  "TLS feature",
  "TLS feature",
  "OCSPResponse",
  "responseStatus",
  "responseBytes",
  "responseBytes",
  "responseType",
  "response",
  "BasicOCSPResponse",
  "tbsResponseData",
  "version",
  "version",
  "responderID byName",
  "responderID",
  "responderID byKey",
  "producedAt",
  "responses",
  "SingleResponse",
  "certID",
  "certID hashAlgorithm",
  "certID issuerNameHash",
  "certID issuerKeyHash",
  "certID serialNumber",
  "certStatus good",
  "certStatus revoked",
  "certStatus",
  "revocationTime",
  "revocationReason",
  "revocationReason",
  "thisUpdate",
  "nextUpdate",
  "nextUpdate",
  "singleExtensions",
  "responseExtensions",
  "extensions",
  "Extension",
  "extnID",
  "critical",
  "extnValue",
  "signatureAlgorithm",
  "signature",
  "certs",
  "certs",
  "certs Certificate",
];
