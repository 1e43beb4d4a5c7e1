import { MultiDirectedGraph } from 'graphology';
import { Sigma } from 'sigma';
import { extremityArrow, layerFill, layerPlain, pathLine } from 'sigma/rendering';

import type { Shown } from './filter.ts';
import { kinds, relations, ring } from './look.ts';
import { type AccessMap, labelOf } from './model.ts';
import { nodeShapes, ringLayer } from './shapes.ts';

/** View is what a picture is to show. */
export interface View {
  map: AccessMap;
  shown: Shown;
  /** Nodes and edges that stand out; all others are pale. Without it none is. */
  lit?: { nodes: ReadonlySet<number>; edges: ReadonlySet<number> };
  selected: number | undefined;
  findings: ReadonlyMap<string, unknown>;
  dark: boolean;
}

interface NodeAttributes {
  x: number;
  y: number;
  node: number;
}

interface EdgeAttributes {
  edge: number;
}

/** Picture is a map on the screen. It is slow to make and quick to change. */
export interface Picture {
  show: (view: View) => void;
  /** goTo moves there, near enough to read what stands around. */
  goTo: (node: number) => void;
  zoom: (factor: number) => void;
  fit: () => void;
  /** resize is for a container that got another size. */
  resize: () => void;
  /** place is where a node is in the container, in pixels. */
  place: (node: number) => { x: number; y: number };
  kill: () => void;
}

export interface Events {
  select: (node: number | undefined) => void;
  /** moved is called after each frame in which something moved. */
  moved: () => void;
}

/** still tells whether the reader asked for as little motion as there can be. */
export function still(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}

const pale = { light: '#e9ebed', dark: '#232f3e' };

export function draw(container: HTMLElement, first: View, events: Events): Picture {
  let view = first;
  const graph = build(view.map);
  const sigma = new Sigma(graph, container, {
    primitives: {
      depthLayers: ['edges', 'topEdges', 'nodes', 'topNodes'],
      nodes: {
        shapes: nodeShapes,
        variables: { ringColor: { type: 'color', default: '#00000000' } },
        layers: [layerFill(), ringLayer],
        label: { font: { family: 'system-ui, sans-serif', size: 12 } },
      },
      edges: { paths: [pathLine()], extremities: [extremityArrow()], layers: [layerPlain()] },
    },
    styles: {
      nodes: {
        x: { attribute: 'x' },
        y: { attribute: 'y' },
        shape: ({ node }: NodeAttributes) => kinds[view.map.kinds[node]!].shape,
        size: ({ node }: NodeAttributes) => sizeOf(view, node),
        color: ({ node }: NodeAttributes) => colorOf(view, node),
        ringColor: ({ node }: NodeAttributes) => (isPale(view, node) ? undefined : ringOf(view, node)) ?? '#00000000',
        visibility: ({ node }: NodeAttributes) => (view.shown.nodes[node] ? 'visible' : 'hidden'),
        label: ({ node }: NodeAttributes) => labelOf(view.map, node),
        labelPosition: 'below',
        labelColor: () => (view.dark ? '#d1d5db' : '#000716'),
        labelVisibility: ({ node }: NodeAttributes) => (node === view.selected ? 'visible' : isPale(view, node) ? 'hidden' : view.map.named ? 'visible' : 'auto'),
        depth: ({ node }: NodeAttributes, { isHovered }) => (isHovered || node === view.selected || view.lit?.nodes.has(node) ? 'topNodes' : 'nodes'),
        backdropVisibility: ({ node }: NodeAttributes, { isHovered }) => (isHovered || node === view.selected ? 'visible' : 'hidden'),
        backdropColor: () => (view.dark ? '#0f1b2a' : '#ffffff'),
        backdropShadowColor: () => (view.dark ? '#89bdee' : '#0972d3'),
        backdropShadowBlur: 6,
        backdropPadding: 4,
        cursor: 'pointer',
      },
      edges: {
        size: ({ edge }: EdgeAttributes) => relations[view.map.relations[edge]!].width * (view.lit?.edges.has(edge) ? 4 : 2),
        color: ({ edge }: EdgeAttributes) => edgeColorOf(view, edge),
        visibility: ({ edge }: EdgeAttributes) => (view.shown.edges[edge] ? 'visible' : 'hidden'),
        depth: ({ edge }: EdgeAttributes) => (view.lit?.edges.has(edge) || relations[view.map.relations[edge]!].strong ? 'topEdges' : 'edges'),
        head: ({ edge }: EdgeAttributes) => (relations[view.map.relations[edge]!].strong || view.lit?.edges.has(edge) ? 'arrow' : 'none'),
      },
    },
    settings: {
      itemSizesReference: 'positions',
      zoomToSizeRatioFunction: (ratio) => ratio,
      autoRescaleContent: 'nodes',
      labelRenderedSizeThreshold: 7,
      labelDensity: 0.6,
      minCameraRatio: 0.002,
      maxCameraRatio: 2,
      hideLabelsOnMove: false,
      inertiaDuration: still() ? 0 : 200,
      zoomDuration: still() ? 0 : 250,
      enableCameraRotation: false,
      allowInvalidContainer: true,
    },
  });
  sigma.on('clickNode', ({ node }) => events.select(Number(node)));
  sigma.on('clickStage', () => events.select(undefined));
  sigma.on('afterRender', events.moved);
  const camera = sigma.getCamera();
  const duration = () => (still() ? 0 : 400);
  return {
    show(next) {
      view = next;
      sigma.refresh({ skipIndexation: true });
    },
    goTo(node) {
      if (view.map.named && camera.getState().ratio === 1) return; // it is there to be seen
      const at = sigma.graphToFramedGraph({ x: view.map.x[node]!, y: view.map.y[node]! });
      void camera.animate({ x: at.x, y: at.y, ratio: Math.min(camera.getState().ratio, near(view.map)) }, { duration: duration() });
    },
    zoom: (factor) => void camera.animate({ ratio: camera.getState().ratio / factor }, { duration: duration() / 2 }),
    fit: () => void camera.animate({ x: 0.5, y: 0.5, ratio: 1, angle: 0 }, { duration: duration() }),
    resize: () => void sigma.resize().scheduleRender(),
    place: (node) => sigma.graphToViewport({ x: view.map.x[node]!, y: view.map.y[node]! }),
    kill: () => sigma.kill(),
  };
}

function build(map: AccessMap): MultiDirectedGraph<NodeAttributes, EdgeAttributes> {
  const graph = new MultiDirectedGraph<NodeAttributes, EdgeAttributes>();
  map.names.forEach((_, node) => graph.addNode(String(node), { x: map.x[node]!, y: map.y[node]!, node }));
  map.from.forEach((from, edge) => graph.addEdgeWithKey(String(edge), String(from), String(map.to[edge]!), { edge }));
  return graph;
}

/** near is how far to go in: about thirty nodes stand side by side then. */
function near(map: AccessMap): number {
  let low = Infinity;
  let high = -Infinity;
  for (const x of map.x) {
    low = Math.min(low, x);
    high = Math.max(high, x);
  }
  return map.named ? 1 : Math.min(1, 3000 / Math.max(high - low, 1));
}

function isPale(view: View, node: number): boolean {
  return view.lit !== undefined && !view.lit.nodes.has(node) && node !== view.selected;
}

/** A node takes less than half of the room that the layout leaves it, 100; what others stand around has more. Of a named map a quarter. */
function sizeOf({ map: { kinds: all, edgesOf, named } }: View, node: number): number {
  switch (all[node]) {
    case 'user':
      return named ? 9 : 34;
    case 'resource':
      return named ? 8 : 30;
    default:
      return named ? 10 : edgesOf[node]!.length > 12 ? 80 : 40;
  }
}

function colorOf(view: View, node: number): string {
  const mode = view.dark ? 'dark' : 'light';
  return isPale(view, node) ? pale[mode] : kinds[view.map.kinds[node]!][mode];
}

function ringOf(view: View, node: number): string | undefined {
  return ring(view.map.flags[node]!, view.findings.has(view.map.names[node]!), view.dark);
}

function edgeColorOf(view: View, edge: number): string {
  const mode = view.dark ? 'dark' : 'light';
  const look = relations[view.map.relations[edge]!];
  if (view.lit === undefined) return look[mode];
  return view.lit.edges.has(edge) ? (look.strong ? look[mode] : view.dark ? '#89bdee' : '#0972d3') : pale[mode];
}
