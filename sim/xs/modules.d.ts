// Types of the simulator's own modules. "timer" and "embedded:io/..." are typed by @moddable/typings.

declare module "sim:host" {
  const host: {
    /** Secure random bytes from the operating system (or a fixed sequence, with --insecure-fixed-random). */
    fillRandom(bytes: Uint8Array, offset?: number, length?: number): void;
    /** Ends the program after this callback. */
    exit(status?: number): void;
    /** A command-line argument after --, or undefined. */
    argument(index: number): string | undefined;
    /** A file's text, or null where there is none. */
    readText(path: string): string | null;
    /** Milliseconds of a clock that only goes forward. */
    milliseconds(): number;
  };
  export default host;
}

declare module "sim:measure" {
  type Counter =
    | "bytes"
    | "chunkBytes"
    | "slots"
    | "stackBytes"
    | "peakBytes"
    | "peakChunkBytes"
    | "peakSlots"
    | "peakStackBytes"
    | "allocatedChunkBytes"
    | "allocatedChunks"
    | "allocatedSlots"
    | "collections"
    | "slotSize";
  /** Nothing here allocates in the device's heaps. */
  const measure: {
    /** Collects garbage, so that bytes, chunkBytes and slots are live memory. */
    collect(): void;
    /** Collects, and forgets peaks and marks. */
    reset(): void;
    /** Ends a phase: its figures stand under this name in the statistics; instruction counts are cut here. */
    mark(name: string): void;
    counter(name: Counter): number;
    /** Instructions from here to end(name), which may be counted several times, when the program runs under callgrind. Not nested. */
    begin(name: string): void;
    end(name: string): void;
    /** Around a primitive, within begin and end: its instructions stand apart, as a part of this name. What it calls counts as its own. */
    enter(): void;
    leave(name: string): void;
    /** Remembers a secret of 8 to 64 bytes, outside of the heaps, and looks for copies of all in RAM: prints a line for each label. */
    secret(label: string, bytes: Uint8Array, offset: number, length: number): void;
    search(place: string): void;
    /** Whether instructions are counted. */
    counting(): boolean;
  };
  export default measure;
}
