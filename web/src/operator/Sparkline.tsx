import { useEffect, useRef, useState } from 'react';

const samplesMax = 60;
const size = { width: 120, height: 28 };

/** How a number has moved while the page was open: newest at the end. It says nothing that the number does not. */
export function Sparkline({ value, at }: { value: number; at: string }) {
  const seen = useRef('');
  const [values, setValues] = useState<number[]>([]);
  useEffect(() => {
    if (seen.current === at) return;
    seen.current = at;
    setValues((before) => [...before, value].slice(-samplesMax));
  }, [value, at]);
  const most = Math.max(1, ...values);
  const points = values.map(
    (one, place) =>
      `${(size.width * (samplesMax - values.length + place)) / (samplesMax - 1)},${size.height - 2 - (one / most) * (size.height - 4)}`,
  );
  return (
    <svg className="sparkline" viewBox={`0 0 ${size.width} ${size.height}`} preserveAspectRatio="none" aria-hidden="true">
      <polyline points={points.join(' ')} />
    </svg>
  );
}
