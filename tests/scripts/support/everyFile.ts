import * as path from "node:path";
import { ScriptHost } from "./scriptHost";

/** Each test makes and starts a host. A busy machine is three times slower. */
jest.setTimeout(60_000);

beforeAll(() => {
    const file = path.basename(expect.getState().testPath!);
    process.stderr.write(
        `${file}: stand-ins for systemd, keepalived at work, IPVS, modules, packages, journal and waiting; ` +
            "real scripts, files, addresses, sysctls, nftables and `keepalived -t`\n",
    );
});

afterAll(() => ScriptHost.removeAll());
