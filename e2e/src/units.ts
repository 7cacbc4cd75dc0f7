/** One ËDSC in the chain's smallest unit. */
export const EDSC = 1_000_000_000_000n;

const DECIMALS = 12;

/** An amount as ËDSC, cut (not rounded) to `digits` decimals. */
export function formatEdsc(amount: bigint, digits = 4): string {
	const sign = amount < 0n ? '-' : '';
	const units = amount < 0n ? -amount : amount;
	const whole = (units / EDSC).toString();
	if (digits === 0) return sign + whole;
	const fraction = (units % EDSC).toString().padStart(DECIMALS, '0').slice(0, digits);
	return `${sign}${whole}.${fraction}`;
}

/** An amount in units, with thin groups of three digits. */
export function formatUnits(amount: bigint): string {
	return amount.toString().replace(/\B(?=(\d{3})+$)/g, ' ');
}
