import { Lab } from "../../../lab/lab";
import { denials } from "./denials";

// With an empty cache, the first test builds the disks of its hosts.
jest.setTimeout(900_000);

// SELinux denies nothing to hosts that have it, unless the test wanted that.
afterEach(async () => {
    for (const host of Lab.running().flatMap(({ hosts }) => hosts))
        if (host.suite === "rhel9" && !host.isContainer && (await host.isUp()))
            expect({ host: host.name, denials: await denials(host) }).toEqual({
                host: host.name,
                denials: "",
            });
});
