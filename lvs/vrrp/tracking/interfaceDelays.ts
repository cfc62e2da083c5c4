import {
    checkValue,
    decimal,
    networkInterface,
    type Target,
    tooNew,
} from "../../keepalived/keywords";
import { checkRequired } from "../../keepalived/kinds";
import { duplicates, type Problem, problem, problemsOfEach, quote } from "../../problems";

/** Time that an interface must be up or down before keepalived believes it. */
export interface InterfaceDelay {
    /** Network interface. */
    interface: string;
    /** Seconds that the interface must be down, 0 to 255. @decimal */
    downDelay: number;
    /** Seconds that the interface must be up, 0 to 255. Defaults to 0. @decimal */
    upDelay?: number;
}

/** A block of the configuration that is a list of lines. */
export interface ListBlock {
    readonly keyword: string;
    readonly lines: readonly string[];
}

/** Format the block of the delays; no block without any. */
export function interfaceDelayBlocks(delays: readonly InterfaceDelay[]): ListBlock[] {
    if (delays.length === 0) return [];
    const lines = delays.map(({ interface: device, downDelay, upDelay = 0 }) =>
        [device, downDelay, upDelay].join(" "),
    );
    return [{ keyword: "interface_up_down_delays", lines }];
}

const seconds = decimal(0, 255, { unit: "seconds" });

/** Check the delays of a cluster. */
export function interfaceDelayProblems(
    path: string,
    delays: readonly InterfaceDelay[] | undefined,
    target: Target,
): Problem[] {
    const placed = (delays ?? []).map((delay, index) => ({ ...delay, at: `${path}[${index}]` }));
    return [
        ...(delays === undefined
            ? []
            : tooNew(path, { keyword: "interface_up_down_delays", since: "2.2.3" }, target)),
        ...problemsOfEach(path, delays, (delay, at) => [
            ...checkRequired(`${at}.interface`, networkInterface, delay.interface, target),
            ...checkRequired(`${at}.downDelay`, seconds, delay.downDelay, target),
            ...checkValue(`${at}.upDelay`, seconds, delay.upDelay, target),
        ]),
        ...duplicates(placed, (delay) => delay.interface).flatMap(([later]) =>
            problem(
                `${later.at}.interface`,
                `${quote(later.interface)} is listed twice. List it once.`,
            ),
        ),
    ];
}
