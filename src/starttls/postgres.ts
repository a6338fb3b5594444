import { ClientNegotiation, READY, shown } from "./negotiation.js";

/** SSLRequest: its length, and 1234, 5679 in place of a version (PostgreSQL's protocol, "Message Formats"). */
const SSL_REQUEST = Uint8Array.of(0, 0, 0, 8, 4, 210, 22, 47);

/** PostgreSQL's SSLRequest: the client speaks first, and the server answers with one byte, S or N. */
export class PostgresStartTls extends ClientNegotiation {
  constructor() {
    super("postgres");
    this.send(SSL_REQUEST);
  }

  protected override push(byte: number): void {
    if (byte === 0x4e) this.notOffered();
    // An error, which nobody has authenticated: its text is not shown (CVE-2024-10977).
    if (byte === 0x45) this.refuse("the server answers the request for TLS with an error (E); is it PostgreSQL?");
    if (byte !== 0x53)
      this.refuse(`the server answers the request for TLS with "${shown(Uint8Array.of(byte), 0, 1)}", which is neither S nor N`);
    this.state = READY;
  }
}
