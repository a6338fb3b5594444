// How the emulator is started: a bare RV32IMC core, flash and RAM in one block (sim/mcu/memory.ld), semihosting as the wire to us.

export const EMULATOR = "qemu-system-riscv32";

/** Kilobytes in front of RAM: memory.ld's flash. */
const FLASH_KILOBYTES = 8192;
const ARENA = 0x80100000;

/** ramKilobytes: of RAM; flash: the image of the first boot, null while it is made; words: what the firmware is told. */
export function machineArguments(program: string, ramKilobytes: number, flash: string | null, words: string): string[] {
  return [
    ...["-M", "virt", "-cpu", "rv32,f=off,d=off,a=off", "-smp", "1", "-m", `${FLASH_KILOBYTES + ramKilobytes}k`],
    ...["-display", "none", "-monitor", "none", "-serial", "none", "-nodefaults", "-bios", "none", "-kernel", program],
    ...(flash === null ? [] : ["-device", `loader,file=${flash},addr=0x${ARENA.toString(16)},force-raw=on`]),
    // One instruction counts as one: the counter tells instructions, the same at each run.
    ...(flash === null ? [] : ["-icount", "shift=0,sleep=off"]),
    ...[
      "-semihosting-config",
      `enable=on,target=native,chardev=out${words
        .split(" ")
        .map((word) => `,arg=${word}`)
        .join("")}`,
    ],
    ...["-chardev", "stdio,id=out"],
  ];
}
