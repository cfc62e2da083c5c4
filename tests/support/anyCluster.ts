import * as fc from "fast-check";
import { Distribution } from "../../lvs/keepalived/versions";
import type { Cluster } from "../../lvs/model";
import { DnsType } from "../../lvs/service/checks";
import { HttpProtocol } from "../../lvs/service/checks/http";
import { IpFamily, Protocol } from "../../lvs/service/destination";
import { LvsMethod, TunnelType } from "../../lvs/service/lvsMethod";
import { refusalsOf } from "../../lvs/problems";
import { LvsSched } from "../../lvs/service/scheduler";
import { validate } from "../../lvs/validate";
import { AuthType, VrrpState } from "../../lvs/vrrp/instance/members";
import { ParamMatch } from "../../lvs/vrrp/tracking/trackProcess";
import { Scope } from "../../lvs/vrrp/instance/virtualIpaddress";
import { RouteType } from "../../lvs/vrrp/instance/virtualRoutes";

type Fields = Record<string, fc.Arbitrary<unknown>>;

/** Senseless values that a program can pass all the same. */
const wrongNumbers = fc.constantFrom(NaN, Infinity, -1, 0, 0.1 + 0.2, 1e-9, 2 ** 40);
const wrongTexts = fc.constantFrom(
    ...["", " ", "a b", "x\n}", "}\nglobal_defs {", "#", "!x", '"', "$A", "@id", "\0", "ü", "../x"],
    ...["propertyIsEnumerable", "::1%eth0", "999.1.1.1/24", "x".repeat(300)],
);

/** Mostly valid values, some invalid ones of the same type. */
function usually(right: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
    return fc
        .tuple(right, wrongNumbers, wrongTexts, fc.nat(59))
        .map(([value, number, text, die]) => {
            if (die > 0) return value;
            return { number, string: text }[typeof value as string] ?? value;
        });
}

/** Objects with all of some fields and few of the others. */
function some(given: Fields, others: Fields = {}): fc.Arbitrary<object> {
    const rare = Object.entries(others).map(
        ([name, right]) =>
            [
                name,
                fc.oneof(
                    { weight: 6, arbitrary: fc.constant(undefined) },
                    { weight: 1, arbitrary: name === "extraConfig" ? right : usually(right) },
                ),
            ] as const,
    );
    const common = Object.entries(given).map(([name, right]) => [name, usually(right)] as const);
    return fc.record(Object.fromEntries([...common, ...rare])).map(withoutGaps);
}

function withoutGaps(value: object): object {
    return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined));
}

function list(item: fc.Arbitrary<unknown>, most = 2): fc.Arbitrary<unknown[]> {
    return fc.array(item, { minLength: 1, maxLength: most });
}

/** Both ends of a range, and a value between. */
function range(least: number, most: number): fc.Arbitrary<number> {
    return fc.constantFrom(least, most, Math.round((least + most) / 2));
}

function all(values: Record<string, unknown>): fc.Arbitrary<unknown> {
    return fc.constantFrom(...Object.values(values));
}

const bool = fc.boolean();
const yes = fc.constant(true);
const port = range(1, 65535);
const seconds = fc.constantFrom(1, 2, 5, 0.5, 0.25, 60);
const virtualIps = ["192.0.2.10", "192.0.2.11", "2001:db8::10", "2001:db8::11"];
const vip = fc.constantFrom(...virtualIps);
const address = fc.constantFrom("192.0.2.99", "2001:db8::99");
const device = fc.constantFrom("eth0", "eth1");
const hostName = fc.constantFrom("www.example.com", "rs1", "_x.example.com");
const call = fc.constantFrom<unknown>(
    { script: "say" },
    { script: "say", args: ["up", "a=b", "1%"], user: "root" },
    { script: "say", args: ["two words", "#1!"] },
    { script: "/usr/bin/env", args: ["true"], user: "root" },
    { script: "say", args: ["all"], directors: [{ name: "ds1", args: ["ds1"] }] },
);
/** Only keepalived checks the user's own lines. */
const extraConfig = fc.constant("# a note");
const group = fc.constantFrom("224.0.0.61", "ff02::61");
const announcements = fc.constantFrom(1, 5, 4294);
const trackWeight = fc.constantFrom(-20, 0, 5);

const timing: Fields = {
    connectTimeout: fc.constantFrom(1, 2, 0.5),
    retry: fc.constantFrom(0, 1, 2),
    delayBeforeRetry: fc.constantFrom(0, 1, 0.5),
    warmup: fc.constantFrom(0, 3),
};
const repeated: Fields = { delayLoop: fc.constantFrom(6, 60), alpha: bool, logAllFailures: bool };
const connecting: Fields = {
    ...timing,
    ...repeated,
    extraConfig,
    connectIp: address,
    connectPort: port,
    bindto: address,
    bindIf: device,
    bindPort: port,
    fwmark: range(1, 2147483647),
};
const url = some(
    { path: fc.constantFrom("/", "/health?a=b&c=%20d", "/a,b;c:d@e~f*") },
    {
        extraConfig,
        statusCode: fc.constantFrom(["200"], ["200-299", "301"], ["100", "599"]),
        digest: fc.constant("9b3a0c85a887a256d6939da88aabd8cd"),
        virtualhost: hostName,
        regex: fc.constantFrom("ok", "^a.*b$", "\\d+", "(?i)yes|no"),
        regexNoMatch: bool,
        regexOptions: fc.constantFrom(["caseless"], ["dotall", "multiline"]),
        regexMinOffset: range(0, 9),
        regexMaxOffset: range(9, 99),
        regexStack: fc.constant({ start: 32768, max: 1048576 }),
    },
);
const http: Fields = {
    ...connecting,
    virtualhost: hostName,
    httpProtocol: all(HttpProtocol),
    fastRecovery: bool,
};
const check = some(
    {},
    {
        tcp: some({}, connecting),
        http: some({ url: list(url) }, http),
        ssl: some({ url: list(url) }, { ...http, enableSni: bool, tlsCompliant: bool }),
        smtp: some({}, { ...connecting, heloName: hostName }),
        dns: some(
            {},
            { ...connecting, type: all(DnsType), name: fc.constantFrom(".", "example.com") },
        ),
        misc: some(
            { miscPath: call },
            { ...timing, ...repeated, miscTimeout: range(1, 3), miscDynamic: bool, extraConfig },
        ),
        bfd: some({ name: fc.constant("peer") }, { alpha: bool, extraConfig }),
        udp: some(
            {},
            {
                ...connecting,
                payload: fc.constantFrom("00", "c0ffee"),
                requireReply: fc.constantFrom("any", "00XX"),
                minReplyLength: range(0, 9),
                maxReplyLength: range(9, 65535),
            },
        ),
        ping: some({}, connecting),
        file: some(
            { trackFile: fc.constant("drain") },
            { weight: trackWeight, reverse: bool, extraConfig },
        ),
        none: bool,
    },
);

const tunnel = some({}, { type: all(TunnelType), port, mss: range(536, 9000) });
const member = some(
    { name: fc.constantFrom("rs1", "rs2", "rs3") },
    {
        ...timing,
        port,
        weight: range(0, 65535),
        lvsMethod: all(LvsMethod),
        tunnel,
        uthreshold: range(0, 65535),
        lthreshold: range(0, 9),
        inhibitOnFailure: bool,
        notifyUp: call,
        notifyDown: call,
        alpha: bool,
        smtpAlert: bool,
        virtualhost: hostName,
        delayLoop: seconds,
        check,
        extraConfig: fc.constantFrom("# a note", "alpha\n"),
    },
);
const marked = some(
    { virtualIp: vip },
    {
        protocol: all(Protocol),
        port: range(1, 79),
        lastPort: range(80, 65535),
        sourceMac: fc.constant("00:00:5e:00:53:01"),
        exceptSourceMac: fc.constant("00:00:5E:00:53:02"),
    },
);
const sockets = some(
    { virtualIp: vip, port },
    { lastIp: fc.constantFrom("192.0.2.12", "2001:db8::13") },
);
const mark = range(1, 2147483647);
const destination = fc.oneof(
    {
        weight: 4,
        arbitrary: some({ virtualIp: vip, port }, { protocol: all(Protocol) }),
    },
    {
        weight: 1,
        arbitrary: some({ virtualServerGroup: list(sockets, 3) }, { protocol: all(Protocol) }),
    },
    {
        weight: 1,
        arbitrary: some({ virtualIp: vip, persistenceTimeout: range(1, 2678400) }),
    },
    {
        weight: 1,
        arbitrary: some({ fwmark: some({ mark, packets: list(marked) }) }),
    },
    {
        weight: 1,
        arbitrary: some({ fwmark: some({ mark }, { ipFamily: all(IpFamily) }) }),
    },
);
const virtualServer = fc
    .tuple(
        destination,
        some(
            {},
            {
                ...timing,
                lvsSched: all(LvsSched),
                shPort: bool,
                shFallback: bool,
                mhPort: bool,
                mhFallback: bool,
                persistenceTimeout: range(0, 2678400),
                persistenceGranularity: fc.constantFrom("255.255.255.0", "64"),
                persistenceEngine: fc.constant("sip"),
                alpha: bool,
                omega: bool,
                quorum: range(1, 2),
                hysteresis: range(0, 1),
                quorumUp: call,
                quorumDown: call,
                ops: bool,
                haSuspend: bool,
                smtpAlert: bool,
                virtualhost: hostName,
                lvsMethod: all(LvsMethod),
                tunnel,
                delayLoop: seconds,
                inhibitOnFailure: bool,
                check,
                realServers: list(member, 3),
                clientNetworks: fc.constantFrom(["198.51.100.0/24"], ["192.0.2.0/24"]),
                sorryServer: some(
                    { host: address },
                    { port, lvsMethod: all(LvsMethod), inhibit: bool },
                ),
                extraConfig: fc.constantFrom("# a note", "retry 2\n"),
            },
        ),
    )
    .map(([what, how]) => ({ ...what, ...how }));

const tracked = some({ name: fc.constant("web") }, { weight: trackWeight, reverse: bool });
const notifications: Fields = {
    notifyMaster: call,
    notifyBackup: call,
    notifyFault: call,
    notifyStop: call,
    notify: call,
    smtpAlert: bool,
    notifyPriorityChanges: bool,
};
const ownAddress = some(
    { ip: vip },
    {
        prefixLength: fc.constantFrom(24, 32, 64, 128),
        dev: device,
        label: fc.constantFrom("eth0:1", "eth1:x"),
        scope: all(Scope),
        brd: fc.constantFrom("+", "192.0.2.255"),
        home: yes,
        noprefixroute: yes,
        noTrack: yes,
        preferredLft: fc.constantFrom("forever", "0", "300"),
    },
);
/** Settings of an instance that a director can have for itself. */
const own: Fields = {
    ...notifications,
    state: all(VrrpState),
    nopreempt: bool,
    preemptDelay: fc.constantFrom(0, 5, 0.5),
    downTimerAdverts: range(1, 100),
    timerExpiredBackup: range(1, 254),
    dontTrackPrimary: bool,
    trackSrcIp: bool,
    useVmac: bool,
    vmacInterface: fc.constantFrom("vip0", "vip1"),
    useVmacAddr: bool,
    vmacXmitBase: bool,
    unicastTtl: range(0, 255),
    checkUnicastSrc: bool,
    oldUnicastChecksum: bool,
    mcastDstIp: group,
    garpMasterDelay: announcements,
    garpMasterRepeat: announcements,
    garpMasterRefresh: announcements,
    garpMasterRefreshRepeat: announcements,
    garpLowerPrioDelay: announcements,
    garpLowerPrioRepeat: range(0, 5),
    garpExtraIf: range(0, 86400),
    lowerPrioNoAdvert: bool,
    higherPrioSendAdvert: bool,
    skipCheckAdvAddr: bool,
    v3ChecksumAsV2: bool,
    strictMode: bool,
    accept: bool,
    promoteSecondaries: bool,
    kernelRxBufSize: range(1, 2147483647),
    notifyDeleted: call,
    notifyMasterRxLowerPri: call,
    trackInterface: list(some({ interface: device }, { weight: trackWeight })),
    trackScript: list(tracked),
    trackFile: list(some({ name: fc.constant("drain") }, { weight: trackWeight })),
    trackProcess: list(some({ name: fc.constant("named") }, { weight: trackWeight })),
    trackBfd: list(some({ name: fc.constant("peer") }, { weight: trackWeight })),
    virtualRoutes: list(
        some(
            { to: fc.constantFrom("203.0.113.0/24", "0.0.0.0/0", "2001:db8:1::/48") },
            {
                via: fc.constantFrom("192.0.2.254", "2001:db8::fe"),
                dev: device,
                type: all(RouteType),
                table: range(1, 252),
                metric: range(0, 999),
                mtu: range(68, 65535),
                advmss: range(1, 65535),
                src: vip,
                scope: all(Scope),
                onlink: bool,
                noTrack: bool,
            },
        ),
    ),
    virtualRules: list(
        some(
            { preference: range(1, 32765) },
            {
                from: vip,
                to: fc.constant("203.0.113.0/24"),
                iif: device,
                oif: device,
                fwmark: range(1, 4294967295),
                table: range(1, 252),
                type: all(RouteType),
                noTrack: bool,
            },
        ),
    ),
};
const instanceDirectors = fc
    .tuple(
        some(
            { name: fc.constant("ds2") },
            { ...own, priority: range(1, 254), mcastSrcIp: fc.constant("192.0.2.2") },
        ),
        some(
            { name: fc.constant("ds1") },
            { ...own, interface: device, unicastSrcIp: fc.constant("192.0.2.1") },
        ),
    )
    .map((directors) => [...directors]);
const instance = some(
    { interface: device, virtualRouterId: range(1, 255) },
    {
        ...own,
        name: fc.constantFrom("web", "VI-2", "a.b"),
        version: range(2, 3),
        authType: all(AuthType),
        advertInt: fc.constantFrom(1, 3, 0.1),
        unicast: bool,
        directors: instanceDirectors,
        virtualIpaddress: list(ownAddress, 4),
        virtualIpaddressExcluded: list(ownAddress),
        extraConfig,
    },
);

const garpInterval = fc.constantFrom(0.000001, 1, 4294);
const processes: Fields = Object.fromEntries(
    ["vrrp", "checker", "bfd"].flatMap((name): [string, fc.Arbitrary<unknown>][] => [
        [`${name}Priority`, range(-20, 19)],
        [`${name}NoSwap`, bool],
        [`${name}RtPriority`, range(1, 99)],
        [`${name}RlimitRttime`, range(2, 4294967295)],
        [`${name}CpuAffinity`, fc.constantFrom([0], [0, 1])],
    ]),
);

const globalDefs = some(
    {},
    {
        notificationEmail: fc.constant(["ops@example.com", "root"]),
        notificationEmailFrom: fc.constant("lvs@example.com"),
        smtpServer: address,
        smtpPort: port,
        smtpConnectTimeout: range(1, 4294),
        smtpHeloName: hostName,
        smtpAlert: bool,
        smtpAlertVrrp: bool,
        smtpAlertChecker: bool,
        noEmailFaults: bool,
        scriptUser: fc.constant("root"),
        startupScript: call,
        startupScriptTimeout: range(1, 1000),
        shutdownScript: call,
        shutdownScriptTimeout: range(1, 1000),
        notifyFifo: fc.constant("/run/keepalived-fifo"),
        notifyFifoScript: call,
        vrrpNotifyFifo: fc.constant("/run/vrrp-fifo"),
        vrrpNotifyFifoScript: call,
        lvsNotifyFifo: fc.constant("/run/lvs-fifo"),
        lvsNotifyFifoScript: call,
        vrrpNotifyPriorityChanges: bool,
        fifoWriteVrrpStatesOnReload: bool,
        checkerLogAllFailures: bool,
        lvsFlush: bool,
        lvsFlushOnStop: bool,
        lvsTimeouts: some({}, { tcp: range(0, 2678400), tcpfin: range(0, 9), udp: range(0, 9) }),
        lvsSyncDaemon: some(
            {},
            {
                enabled: bool,
                interface: device,
                id: range(0, 255),
                maxlen: range(1, 65507),
                port,
                ttl: range(1, 255),
                group,
            },
        ),
        vrrpVersion: range(2, 3),
        vrrpStrict: bool,
        vrrpMcastGroup4: group,
        vrrpMcastGroup6: group,
        vrrpGarpMasterDelay: announcements,
        vrrpGarpMasterRepeat: announcements,
        vrrpGarpMasterRefresh: announcements,
        vrrpGarpMasterRefreshRepeat: announcements,
        vrrpGarpLowerPrioDelay: announcements,
        vrrpGarpLowerPrioRepeat: range(0, 5),
        vrrpGarpInterval: garpInterval,
        vrrpGnaInterval: garpInterval,
        vrrpMinGarp: bool,
        vrrpGarpExtraIf: range(1, 86400),
        v3ChecksumAsV2: bool,
        nftables: fc.constantFrom("keepalived", "vrrp"),
        nftablesPriority: range(-2147483648, 2147483647),
        nftablesIfindex: bool,
        nftablesCounters: bool,
        reloadFile: fc.constant("/run/lvs-reload"),
        reloadTimeFile: fc.constant("/run/lvs-reload-at"),
        reloadRepeat: bool,
        vrrpLowerPrioNoAdvert: bool,
        vrrpHigherPrioSendAdvert: bool,
        vrrpDownTimerAdverts: range(1, 100),
        vrrpStartupDelay: fc.constantFrom(0.001, 1.5, 4294),
        vrrpCheckUnicastSrc: bool,
        vrrpSkipCheckAdvAddr: bool,
        logUnknownVrids: bool,
        maxAutoPriority: range(-1, 99),
        minAutoPriorityDelay: range(1, 10000000),
        ...processes,
        dynamicInterfaces: bool,
        reloadCheckConfig: bool,
        extraConfig: fc.constantFrom("# a note", "vrrp_no_swap"),
    },
);

/** Clusters with any values in their fields: most of them valid, some senseless. */
export const anyCluster = some(
    {
        directors: fc
            .tuple(
                ...["ds1", "ds2"].map((name, index) =>
                    some({}, { routerId: fc.constantFrom("lvs", "LVS_MASTER") }).map((one) => ({
                        name,
                        host: `192.0.2.${1 + index}`,
                        ...one,
                    })),
                ),
                bool,
            )
            .map(([first, second, isSingle]) => (isSingle ? [first] : [first, second])),
        realServers: fc
            .tuple(
                ...["rs1", "rs2", "rs3"].map((name, index) =>
                    some(
                        { name: fc.constant(name), host: fc.constant(`192.0.2.${21 + index}`) },
                        { drained: bool, gateway: vip },
                    ).map((one) => ({
                        address6: `2001:db8::${21 + index}`,
                        weight: index + 1,
                        ...one,
                    })),
                ),
            )
            .map((servers) => [...servers]),
        vrrpInstances: list(instance),
        virtualServers: list(virtualServer, 3),
        scripts: fc.constant([{ name: "say", content: "#!/bin/sh\n" }]),
    },
    {
        distribution: fc.constantFrom(...Object.values(Distribution)),
        extraConfig,
        vrrpSyncGroups: list(
            some(
                { name: fc.constant("both"), group: fc.constant(["VI_1", "VI_2"]) },
                { ...notifications, syncGroupTrackingWeight: bool, extraConfig },
            ),
            1,
        ),
        trackScripts: list(
            some(
                { name: fc.constant("web"), script: call },
                {
                    interval: range(1, 9),
                    timeout: range(1, 9),
                    weight: trackWeight,
                    rise: port,
                    fall: port,
                    initFail: bool,
                    extraConfig,
                },
            ),
            1,
        ),
        trackFiles: list(
            some(
                { name: fc.constant("drain"), file: fc.constant("/run/drain") },
                { weight: trackWeight, initFile: fc.constant({ value: 1 }), extraConfig },
            ),
            1,
        ),
        trackProcesses: list(
            some(
                {
                    name: fc.constant("named"),
                    process: fc.constantFrom("named", "/usr/sbin/named"),
                },
                {
                    paramMatch: all(ParamMatch),
                    weight: trackWeight,
                    quorum: range(1, 2),
                    quorumMax: range(1, 4),
                    delay: seconds,
                    terminateDelay: seconds,
                    forkDelay: seconds,
                    fullCommand: bool,
                    extraConfig,
                },
            ),
            1,
        ),
        bfdInstances: list(
            some(
                { name: fc.constant("peer"), neighborIp: fc.constant("192.0.2.77") },
                {
                    sourceIp: fc.constant("192.0.2.1"),
                    minRx: range(1, 999),
                    minTx: range(1, 999),
                    idleTx: range(1000, 9999),
                    multiplier: range(1, 255),
                    passive: bool,
                    ttl: range(1, 9),
                    maxHops: range(0, 9),
                    multihop: bool,
                    weight: trackWeight,
                    extraConfig,
                },
            ),
            1,
        ),
        globalDefs,
        kernel: some(
            {},
            {
                conntrack: bool,
                syncThreshold: range(0, 9),
                syncRetries: range(0, 3),
                pmtuDisc: bool,
            },
        ),
        openFirewall: bool,
        handOver: bool,
        drainTimeout: range(0, 240),
        monitoring: some({}, { interval: range(5, 60) }),
        interfaceUpDownDelays: list(
            some({ interface: device, downDelay: range(0, 255) }, { upDelay: range(0, 255) }),
            1,
        ),
    },
) as fc.Arbitrary<Cluster>;

/**
 * Remove the refused parts of a cluster: first the value that a problem points at, then the object
 * around it. Returns nothing if that takes too long.
 */
export function healed(sick: Cluster): Cluster | undefined {
    const cluster = structuredClone(sick);
    const tried = new Map<string, number>();
    for (let round = 0; round < 20; round++) {
        const problems = refusalsOf(validate(cluster));
        if (problems.length === 0) return cluster;
        // From the end, so that earlier places in lists stay the same.
        for (const { path, reason } of problems.reverse()) {
            const levels = tried.get(path + reason) ?? 0;
            tried.set(path + reason, levels + 1);
            const places = path.split(/[.[\]]+/).filter((place) => place !== "");
            takeOut(cluster, places.slice(0, Math.max(1, places.length - levels)));
        }
    }
    return undefined;
}

/** Fields that their object requires. */
const required = new Set([
    ...["name", "ip", "host", "path", "interface", "virtualRouterId", "group", "url", "file"],
    ...["script", "process", "miscPath", "trackFile", "mark", "packets", "virtualIp", "to"],
    ...["preference", "neighborIp", "content", "downDelay"],
]);

/** Replacements for the last item of a list that a cluster requires. */
const plain: Record<string, object[]> = {
    directors: [{ name: "ds1", host: "192.0.2.1" }],
    realServers: [{ name: "rs1", host: "192.0.2.21" }],
    vrrpInstances: [{ interface: "eth0", virtualRouterId: 62 }],
    virtualServers: [{ virtualIp: "192.0.2.10", port: 80 }],
};

function takeOut(cluster: Cluster, places: string[]): void {
    const last = places.at(-1)!;
    const holder = places
        .slice(0, -1)
        .reduce<unknown>((value, place) => (value as Record<string, unknown>)?.[place], cluster);
    if (places.length === 1 && last in plain) {
        Object.assign(cluster, { [last]: structuredClone(plain[last]) });
    } else if (Array.isArray(holder) && holder.length > 1) holder.splice(Number(last), 1);
    else if (Array.isArray(holder) || required.has(last)) takeOut(cluster, places.slice(0, -1));
    else if (typeof holder === "object" && holder !== null) Reflect.deleteProperty(holder, last);
}
