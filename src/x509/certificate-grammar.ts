/** What a certificate looks like (RFC 5280 §4.1, Appendix A), as rows for DerReader. */
import { ANY, FILLED, KEEP, LAST, NONE, OPEN, ROW, STREAM, VALUE } from "./der-reader.js";

export const END = 1;
export const CERTIFICATE = 2;
export const TBS = 3;
export const VERSION = 4;
export const VERSION_NUMBER = 5;
export const SERIAL = 6;
export const INNER_ALGORITHM = 7;
export const ISSUER = 8;
export const VALIDITY = 9;
export const NOT_BEFORE = 10;
export const NOT_BEFORE_GENERAL = 11;
export const NOT_AFTER = 12;
export const NOT_AFTER_GENERAL = 13;
export const SUBJECT = 14;
export const SPKI = 15;
export const KEY_ALGORITHM = 16;
export const KEY = 17;
export const ISSUER_UNIQUE_ID = 18;
export const SUBJECT_UNIQUE_ID = 19;
export const EXTENSIONS_FIELD = 20;
export const EXTENSIONS = 21;
export const EXTENSION = 22;
export const EXTENSION_ID = 23;
export const CRITICAL = 24;
export const EXTENSION_VALUE = 25;
export const OUTER_ALGORITHM = 26;
export const SIGNATURE = 27;
export const RDN = 28;
export const ATTRIBUTE = 29;
export const ATTRIBUTE_TYPE = 30;
export const ATTRIBUTE_VALUE = 31;
export const ALT_NAMES = 32;
export const DNS_NAME = 33;
export const IP_ADDRESS = 34;
export const URI = 35;
export const EMAIL = 36;
export const DIRECTORY_NAME = 37;
export const REGISTERED_ID = 38;
export const OTHER_NAME = 39;
export const EDI_PARTY_NAME = 40;
export const BASIC_CONSTRAINTS = 41;
export const CA = 42;
export const PATH_LENGTH = 43;
export const KEY_USAGE = 44;
export const PURPOSES = 45;
export const PURPOSE = 46;
export const X400_ADDRESS = 47;
export const SUBJECT_KEY_ID = 48;
export const AUTHORITY_KEY_ID = 49;
export const AUTHORITY_KEY = 50;
export const AUTHORITY_ISSUER = 51;
export const AUTHORITY_SERIAL = 52;
export const NAME_CONSTRAINTS = 53;

/** Identifier octet, else, flags, next, inside. The rows stand in the order of the numbers above. */
export const GRAMMAR = Uint8Array.of(
  ...[0, 0, 0, 0, 0],
  ...[NONE, 0, LAST, 0, 0], // END
  ...[0x30, 0, 0, END, TBS], // CERTIFICATE
  ...[0x30, 0, OPEN | VALUE, OUTER_ALGORITHM, VERSION], // TBS
  ...[0xa0, SERIAL, FILLED, SERIAL, VERSION_NUMBER], // VERSION
  ...[0x02, 0, KEEP | VALUE, END, 0], // VERSION_NUMBER
  ...[0x02, 0, KEEP | VALUE, INNER_ALGORITHM, 0], // SERIAL
  ...[0x30, 0, FILLED | VALUE, ISSUER, 0], // INNER_ALGORITHM
  ...[0x30, 0, FILLED | OPEN | VALUE, VALIDITY, RDN], // ISSUER
  ...[0x30, 0, 0, SUBJECT, NOT_BEFORE], // VALIDITY
  ...[0x17, NOT_BEFORE_GENERAL, KEEP | VALUE, NOT_AFTER, 0], // NOT_BEFORE
  ...[0x18, 0, KEEP | VALUE, NOT_AFTER, 0], // NOT_BEFORE_GENERAL
  ...[0x17, NOT_AFTER_GENERAL, KEEP | VALUE, END, 0], // NOT_AFTER
  ...[0x18, 0, KEEP | VALUE, END, 0], // NOT_AFTER_GENERAL
  ...[0x30, 0, OPEN | VALUE, SPKI, RDN], // SUBJECT
  ...[0x30, 0, OPEN | VALUE, ISSUER_UNIQUE_ID, KEY_ALGORITHM], // SPKI
  ...[0x30, 0, FILLED | KEEP | VALUE, KEY, 0], // KEY_ALGORITHM
  ...[0x03, 0, OPEN | KEEP | VALUE, END, 0], // KEY
  ...[0x81, SUBJECT_UNIQUE_ID, LAST, SUBJECT_UNIQUE_ID, 0], // ISSUER_UNIQUE_ID
  ...[0x82, EXTENSIONS_FIELD, LAST, EXTENSIONS_FIELD, 0], // SUBJECT_UNIQUE_ID
  ...[0xa3, 0, LAST | FILLED, END, EXTENSIONS], // EXTENSIONS_FIELD
  ...[0x30, 0, FILLED | OPEN, END, EXTENSION], // EXTENSIONS
  ...[0x30, 0, LAST, EXTENSION, EXTENSION_ID], // EXTENSION
  ...[0x06, 0, KEEP | VALUE, CRITICAL, 0], // EXTENSION_ID
  ...[0x01, EXTENSION_VALUE, OPEN | KEEP | VALUE, EXTENSION_VALUE, 0], // CRITICAL
  ...[0x04, 0, OPEN, END, 0], // EXTENSION_VALUE
  ...[0x30, 0, OPEN | STREAM | VALUE, SIGNATURE, 0], // OUTER_ALGORITHM
  ...[0x03, 0, OPEN | KEEP | VALUE, END, 0], // SIGNATURE
  ...[0x31, 0, LAST | FILLED, RDN, ATTRIBUTE], // RDN
  ...[0x30, 0, LAST, ATTRIBUTE, ATTRIBUTE_TYPE], // ATTRIBUTE
  ...[0x06, 0, KEEP, ATTRIBUTE_VALUE, 0], // ATTRIBUTE_TYPE
  ...[ANY, 0, 0, END, 0], // ATTRIBUTE_VALUE
  ...[0x30, 0, FILLED | VALUE, END, DNS_NAME], // ALT_NAMES
  ...[0x82, IP_ADDRESS, LAST | OPEN | KEEP | STREAM | VALUE, DNS_NAME, 0], // DNS_NAME
  ...[0x87, URI, OPEN | STREAM | VALUE, DNS_NAME, 0], // IP_ADDRESS
  ...[0x86, EMAIL, OPEN | STREAM, DNS_NAME, 0], // URI
  ...[0x81, DIRECTORY_NAME, OPEN | STREAM, DNS_NAME, 0], // EMAIL
  ...[0xa4, REGISTERED_ID, OPEN | STREAM, DNS_NAME, 0], // DIRECTORY_NAME
  ...[0x88, OTHER_NAME, OPEN | STREAM, DNS_NAME, 0], // REGISTERED_ID
  ...[0xa0, X400_ADDRESS, OPEN | STREAM, DNS_NAME, 0], // OTHER_NAME
  ...[0xa5, 0, OPEN | STREAM, DNS_NAME, 0], // EDI_PARTY_NAME
  ...[0x30, 0, 0, END, CA], // BASIC_CONSTRAINTS
  ...[0x01, PATH_LENGTH, LAST | KEEP | VALUE, PATH_LENGTH, 0], // CA
  ...[0x02, 0, LAST | KEEP | VALUE, END, 0], // PATH_LENGTH
  ...[0x03, 0, KEEP | VALUE, END, 0], // KEY_USAGE
  ...[0x30, 0, FILLED, END, PURPOSE], // PURPOSES
  ...[0x06, 0, LAST | KEEP | VALUE, PURPOSE, 0], // PURPOSE
  ...[0xa3, EDI_PARTY_NAME, OPEN | STREAM, DNS_NAME, 0], // X400_ADDRESS
  ...[0x04, 0, FILLED | KEEP | VALUE, END, 0], // SUBJECT_KEY_ID
  ...[0x30, 0, 0, END, AUTHORITY_KEY], // AUTHORITY_KEY_ID
  ...[0x80, AUTHORITY_ISSUER, LAST | KEEP | VALUE, AUTHORITY_ISSUER, 0], // AUTHORITY_KEY
  ...[0xa1, AUTHORITY_SERIAL, LAST, AUTHORITY_SERIAL, 0], // AUTHORITY_ISSUER
  ...[0x82, 0, LAST, END, 0], // AUTHORITY_SERIAL
  ...[0x30, 0, FILLED | OPEN | STREAM, END, 0], // NAME_CONSTRAINTS
);

/** Names for reasons, in the order of the rows. */
export const FIELDS: readonly string[] = [
  "nothing",
  "the end",
  "Certificate",
  "tbsCertificate",
  "version",
  "version",
  "serialNumber",
  "signature (inner AlgorithmIdentifier)",
  "issuer",
  "validity",
  "notBefore",
  "notBefore",
  "notAfter",
  "notAfter",
  "subject",
  "subjectPublicKeyInfo",
  "subjectPublicKeyInfo algorithm",
  "subjectPublicKey",
  "issuerUniqueID",
  "subjectUniqueID",
  "extensions",
  "extensions",
  "Extension",
  "extnID",
  "critical",
  "extnValue",
  "signatureAlgorithm",
  "signatureValue",
  "RelativeDistinguishedName",
  "AttributeTypeAndValue",
  "attribute type",
  "attribute value",
  "subjectAltName",
  "subjectAltName dNSName",
  "subjectAltName iPAddress",
  "subjectAltName URI",
  "subjectAltName rfc822Name",
  "subjectAltName directoryName",
  "subjectAltName registeredID",
  "subjectAltName otherName",
  "subjectAltName GeneralName",
  "basicConstraints",
  "basicConstraints cA",
  "basicConstraints pathLenConstraint",
  "keyUsage",
  "extKeyUsage",
  "extKeyUsage purpose",
  "subjectAltName x400Address",
  "subjectKeyIdentifier",
  "authorityKeyIdentifier",
  "authorityKeyIdentifier keyIdentifier",
  "authorityKeyIdentifier authorityCertIssuer",
  "authorityKeyIdentifier authorityCertSerialNumber",
  "nameConstraints",
];

/** Sanity of the table itself, for its test: rows and names must be as many as there are states. */
export const STATES = NAME_CONSTRAINTS + 1;
export const GRAMMAR_ROW = ROW;
