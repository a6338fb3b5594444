// The SDK's modules that its typings leave out, as far as the example uses them.
declare module "fetch" {
  interface Response {
    readonly status: number;
    text(): Promise<string>;
  }
  export default function fetch(url: string): Promise<Response>;
}

declare module "embedded:network/websocket/client" {
  interface WebSocketOptions {
    host: string;
    port: number;
    path: string;
    dns: object;
    socket: object;
    onReadable(this: WebSocketClient, count: number): void;
    onWritable(this: WebSocketClient, count: number): void;
    onError(this: WebSocketClient): void;
  }
  export default class WebSocketClient {
    constructor(options: WebSocketOptions);
    read(count: number): ArrayBuffer;
    write(data: ArrayBufferLike, options: { binary: boolean }): number;
    close(): void;
  }
}

declare module "embedded:network/http/client" {
  export default class HTTPClient {
    constructor(options: never);
  }
}
