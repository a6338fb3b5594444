// What the firmware's C gives the modules here while the image is made (natives.c).

/** Callbacks of the C loop. timeout: milliseconds until the next timer, -1: none, -2: nothing is waited for at all. */
interface Loop {
  timeout(): number;
  fire(): void;
  event(kind: number, id: number, count: number): void;
}

declare const simNative: {
  readonly host: typeof import("sim:host").default;
  readonly measure: typeof import("sim:measure").default;
  readonly net: {
    connect(id: number, address: string): void;
    listen(id: number, port: string): void;
    /** Fills the view; so many bytes must be there. */
    read(id: number, into: Uint8Array): void;
    write(id: number, bytes: Uint8Array): void;
    close(id: number): void;
    setLoop(loop: Loop): void;
  };
};
