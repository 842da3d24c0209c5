export const chromiumCure: string
export function findChromium(env?: Readonly<Record<string, string | undefined>>): string | undefined
export function installChromium(): string | undefined
