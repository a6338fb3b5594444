import { ClientNegotiation, checkedName, READY } from "./negotiation.js";
import { TagReader } from "./tag-reader.js";

const NAMESPACE = "urn:ietf:params:xml:ns:xmpp-tls";

const HEADER = 0;
const FEATURES = 1;
const IN_FEATURES = 2;
const GO = 3;
const IN_PROCEED = 4;
const IN_ERROR = 5;

/** XMPP's STARTTLS (RFC 6120 §5), of a client. domain: the service's, as in the addresses of its users. */
export class XmppStartTls extends ClientNegotiation {
  private readonly tag: TagReader;
  private step: number;
  /** Elements open inside of the features. */
  private depth: number;
  private offered: boolean;

  constructor(domain: string) {
    super("xmpp");
    this.tag = new TagReader("xmpp: the server");
    this.step = HEADER;
    this.depth = 0;
    this.offered = false;
    this.sendText(
      `<?xml version='1.0'?><stream:stream to='${checkedName(domain)}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`,
    );
  }

  protected override push(byte: number): void {
    const { tag } = this;
    if (!tag.push(byte)) return;
    switch (this.step) {
      case HEADER:
        this.header();
        break;
      case FEATURES:
        this.features();
        break;
      case IN_FEATURES:
        this.feature();
        break;
      case GO:
        this.answer();
        break;
      case IN_PROCEED:
        if (tag.text || !tag.named("/proceed")) this.unexpected();
        this.state = READY;
        break;
      default:
        this.refuse(`the server ends the stream with the error ${tag.shown()}`);
    }
  }

  private header(): void {
    const { tag } = this;
    if (tag.text) this.unexpected();
    if (tag.named("?xml")) return;
    if (!tag.named("stream:stream") || tag.empty) this.unexpected();
    // RFC 6120 §4.7.5: without it the server knows no features, and no TLS.
    if (!tag.has("version", "1.0")) this.notOffered();
    this.step = FEATURES;
  }

  private features(): void {
    const { tag } = this;
    if (tag.named("stream:error")) {
      this.step = IN_ERROR;
      return;
    }
    if (tag.text || !tag.named("stream:features")) this.unexpected();
    if (tag.empty) this.notOffered();
    this.step = IN_FEATURES;
  }

  private feature(): void {
    const { tag } = this;
    if (tag.closing) {
      if (this.depth-- > 0) return;
      if (!tag.named("/stream:features")) this.unexpected();
      if (!this.offered) this.notOffered();
      this.sendText(`<starttls xmlns='${NAMESPACE}'/>`);
      this.step = GO;
      return;
    }
    if (this.depth === 0 && tag.named("starttls") && tag.has("xmlns", NAMESPACE)) this.offered = true;
    if (!tag.empty) this.depth++;
  }

  private answer(): void {
    const { tag } = this;
    if (tag.text) this.unexpected();
    if (tag.named("stream:error")) {
      this.step = IN_ERROR;
      return;
    }
    if (tag.named("failure")) this.refuse(`the server refuses STARTTLS: ${tag.shown()}`);
    if (!tag.named("proceed") || !tag.has("xmlns", NAMESPACE)) this.unexpected();
    if (tag.empty) this.state = READY;
    else this.step = IN_PROCEED;
  }

  private unexpected(): never {
    const { tag } = this;
    this.refuse(`the server sends ${tag.text ? "text before " : ""}${tag.shown()}, which has no place there`);
  }
}
