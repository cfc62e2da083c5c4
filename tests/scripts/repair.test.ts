import { tests } from "./support/cases";
import { plain } from "./support/plans";
import { apply, byHand } from "./support/story";

const repaired = { ...plain, repair: "once" };
const heavier = {
    ...repaired,
    realServers: plain.realServers.map((realServer) => ({ ...realServer, weight: 5 })),
};
const withService = {
    ...repaired,
    virtualServers: [...plain.virtualServers, { virtualIp: "10.128.190.248", port: 81 }],
};

describe("a service that is new", () => {
    tests([
        {
            title: "is missing in the table, and does not restart keepalived in the change that sets `repair`",
            host: "ds1",
            events: [apply(plain), apply(withService)],
            says: /^keepalived 2\.2\.7 reloaded/,
            is: [apply(withService)],
        },
        {
            title: "is missing in the table, and does not restart keepalived in the change that removes `repair`",
            host: "ds1",
            events: [apply(repaired), apply({ ...withService, repair: undefined })],
            says: /^keepalived 2\.2\.7 reloaded/,
            is: [apply({ ...withService, repair: undefined })],
        },
    ]);
});

describe("a word in `repair` that found nothing to do", () => {
    tests([
        {
            title: "does not restart keepalived at a later change",
            host: "ds1",
            events: [
                apply(plain),
                apply(repaired),
                byHand("ipvsadm -d -t 10.128.190.248:80 -r 10.128.190.250:80"),
                apply(heavier),
            ],
            says: /^keepalived 2\.2\.7 reloaded/,
            is: [
                apply(repaired),
                byHand("ipvsadm -d -t 10.128.190.248:80 -r 10.128.190.250:80"),
                apply(heavier),
            ],
        },
    ]);
});
