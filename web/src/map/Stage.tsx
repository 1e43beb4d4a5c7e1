import Button from '@cloudscape-design/components/button';
import { useEffect, useRef, useState } from 'react';

import { useDark } from '../app/theme.ts';
import { draw, type Picture, type View } from './draw.ts';
import style from './map.module.css';

export interface StageProps extends Omit<View, 'dark'> {
  /** Nodes with new findings. */
  pulsing: readonly number[];
  onSelect: (node: number | undefined) => void;
  /** A node to go to; the number grows each time that somebody asks. */
  goal: { node: number; asked: number } | undefined;
}

/** Stage is the picture, with what moves it. Whoever cannot see or point has the same in the table. */
export function Stage({ pulsing, onSelect, goal, ...view }: StageProps) {
  const { map, shown, lit, selected, findings } = view;
  const container = useRef<HTMLDivElement>(null);
  const picture = useRef<Picture>(undefined);
  const pulses = useRef(new Map<number, HTMLElement>());
  const select = useRef(onSelect);
  select.current = onSelect;
  const latest = useRef(view);
  latest.current = view;
  const dark = useDark();
  const [failed, setFailed] = useState(false);

  const move = () => {
    for (const [node, element] of pulses.current) {
      const at = picture.current?.place(node);
      if (at) element.style.transform = `translate(${at.x}px, ${at.y}px)`;
    }
  };
  useEffect(() => {
    try {
      picture.current = draw(
        container.current!,
        { ...latest.current, dark: document.body.classList.contains('awsui-dark-mode') },
        { select: (node) => select.current(node), moved: move },
      );
    } catch {
      setFailed(true); // without WebGL there is the table
      return;
    }
    const sizes = new ResizeObserver(() => picture.current?.resize());
    sizes.observe(container.current!);
    return () => {
      sizes.disconnect();
      picture.current?.kill();
      picture.current = undefined;
    };
  }, [map]);
  useEffect(() => {
    picture.current?.show({ map, shown, lit, selected, findings, dark });
  }, [map, shown, lit, selected, findings, dark]);
  useEffect(() => {
    if (goal) picture.current?.goTo(goal.node);
    // oxlint-disable-next-line react/exhaustive-deps
  }, [goal?.asked]);
  useEffect(move);

  const word = shown.count === 1 ? 'node' : 'nodes';
  if (failed) return <p>This browser cannot draw the picture: it has no WebGL 2. The table shows the same.</p>;
  return (
    <div className={style.stage} data-testid="map-stage" data-nodes={shown.count}>
      {/* oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- it is drawn, and has no address */}
      <div ref={container} className={style.canvas} role="img" aria-label={`Access map of ${shown.count} ${word}. The table shows the same.`} />
      {pulsing
        .filter((node) => shown.nodes[node])
        .map((node) => (
          <span
            key={node}
            className={style.pulse}
            data-testid="map-pulse"
            ref={(element) => void (element ? pulses.current.set(node, element) : pulses.current.delete(node))}
          />
        ))}
      <div className={style.tools}>
        <Button iconName="zoom-in" ariaLabel="Zoom in" onClick={() => picture.current?.zoom(1.7)} />
        <Button iconName="zoom-out" ariaLabel="Zoom out" onClick={() => picture.current?.zoom(1 / 1.7)} />
        <Button iconName="zoom-to-fit" ariaLabel="Show all" onClick={() => picture.current?.fit()} />
      </div>
    </div>
  );
}
