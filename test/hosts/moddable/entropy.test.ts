// native/entropy.c, compiled for this machine: as for Linux, and as for an ESP32 whose radio the test switches. The engine's and ESP-IDF's parts are
// stand-ins of a few lines.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const source = fileURLToPath(new URL("../../../../hosts/moddable/native/entropy.c", import.meta.url));

const XS = `
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
typedef struct { int unused; } xsMachine;
typedef uint32_t xsUnsignedValue;
static unsigned char bytes[1000];
static jmp_buf thrown;
#define xsArg(i) (i)
#define xsmcGetBufferWritable(slot, data, length) ((void)(slot), *(data) = bytes, *(length) = sizeof(bytes))
#define xsUnknownError(text) (puts(text), longjmp(thrown, 1))
`;
const RANDOM = "static void esp_fill_random(void* data, size_t length) { memset(data, 7, length); }\n";
// A mode is there before Wi-Fi is started and after it was stopped; the power is not (esp_wifi.h).
const WIFI = `
typedef int wifi_mode_t;
typedef int esp_err_t;
enum { ESP_OK = 0, ESP_ERR_WIFI_NOT_STARTED = 0x3002, WIFI_MODE_NULL = 0, WIFI_MODE_STA = 1 };
static esp_err_t esp_wifi_get_mode(wifi_mode_t* mode) { *mode = WIFI_MODE_STA; return ESP_OK; }
static esp_err_t esp_wifi_get_max_tx_power(int8_t* power) { *power = 78; return getenv("STARTED") ? ESP_OK : ESP_ERR_WIFI_NOT_STARTED; }
`;
const MAIN = `#include "${source}"
int main(void) {
	xsMachine the;
	unsigned i, zeros = 0;
	if (setjmp(thrown)) return 1;
	xs_thimble_entropy(&the);
	for (i = 0; i < sizeof(bytes); i++) zeros += bytes[i] == 0;
	printf("%u\\n", zeros);
	return 0;
}
`;

describe("hosts/moddable/native entropy", function () {
  this.timeout(20_000);
  let folder = "";

  before(function () {
    if (spawnSync("cc", ["--version"]).status !== 0) this.skip();
    folder = mkdtempSync(join(tmpdir(), "thimble-entropy-"));
    const files = { "xsmc.h": XS, "xsHost.h": "", "esp_random.h": RANDOM, "esp_wifi.h": WIFI, "main.c": MAIN };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  });

  after(() => {
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  function built(...flags: string[]): string {
    const program = join(folder, "program");
    const unused = ["-Wno-unused-function", "-Wno-unused-variable"];
    const args = ["-Wall", "-Werror", ...unused, ...flags, "-I", folder, "-o", program, join(folder, "main.c")];
    const { status, stderr } = spawnSync("cc", args, { encoding: "utf8" });
    expect(status, stderr).to.equal(0);
    return program;
  }

  const run = (program: string, env: NodeJS.ProcessEnv = {}) => spawnSync(program, { env, encoding: "utf8" });

  it("ESP32: fills all of it where Wi-Fi is started, and throws where it is not, whatever its mode is", () => {
    const program = built("-DESP32=1");
    expect(run(program)).to.include({ status: 1, stdout: "random: start Wi-Fi first; the chip has no entropy without its radio\n" });
    expect(run(program, { STARTED: "1" })).to.include({ status: 0, stdout: "0\n" });
  });

  it("Linux: fills all of it, in pieces", () => {
    const { status, stdout } = run(built());
    expect(status).to.equal(0);
    expect(Number(stdout)).to.be.lessThan(40);
  });

  it("a platform that is not named does not build", () => {
    const args = ["-U__linux__", "-U__APPLE__", "-fsyntax-only", "-I", folder, join(folder, "main.c")];
    const { status, stderr } = spawnSync("cc", args, { encoding: "utf8" });
    expect(status).not.to.equal(0);
    expect(stderr).to.contain("no source of entropy is known for this platform");
  });
});
