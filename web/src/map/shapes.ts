import type { CustomNodeShape, NodeLayerSpec } from 'sigma/primitives';
import { sdfDiamond, sdfSquare, sdfTriangle } from 'sigma/rendering';
import { sdfCircle } from 'sigma/rendering';

// Distances in GLSL: below 0 inside of the shape, whose corners are `size` away from the middle.

const polygon = (name: string, corners: number): CustomNodeShape => ({
  name,
  glsl: `
float sdf_${name}(vec2 uv, float size) {
  float part = 6.2831853 / ${corners}.0;
  float angle = atan(uv.x, uv.y);
  return cos(floor(0.5 + angle / part + 0.5) * part - 0.5 * part - angle) * length(uv) - size * cos(0.5 * part);
}`,
  inradiusFactor: Math.cos(Math.PI / corners),
});

const star: CustomNodeShape = {
  name: 'star',
  glsl: `
float sdf_star(vec2 uv, float size) {
  float part = 6.2831853 / 5.0;
  float angle = abs(mod(atan(uv.x, uv.y) + 0.5 * part, part) - 0.5 * part);
  vec2 p = length(uv) * vec2(cos(angle), sin(angle));
  vec2 tip = vec2(size, 0.0);
  vec2 edge = 0.45 * size * vec2(cos(0.5 * part), sin(0.5 * part)) - tip;
  return dot(p - tip, normalize(vec2(edge.y, -edge.x)));
}`,
  inradiusFactor: 0.4,
};

const cross: CustomNodeShape = {
  name: 'cross',
  glsl: `
float sdf_cross(vec2 uv, float size) {
  vec2 p = abs(uv);
  float arm = 0.4 * size;
  return min(max(p.x - size, p.y - arm), max(p.x - arm, p.y - size));
}`,
  inradiusFactor: 0.4,
};

const down: CustomNodeShape = {
  name: 'down',
  glsl: `
float sdf_down(vec2 uv, float size) {
  return max(0.8660254 * abs(uv.x) - 0.5 * uv.y, uv.y) - 0.5 * size;
}`,
  inradiusFactor: 0.5,
};

export const nodeShapes = [sdfCircle(), sdfSquare(), sdfDiamond(), sdfTriangle(), polygon('hexagon', 6), polygon('pentagon', 5), star, cross, down];

/** ringLayer draws the border of a node in the colour of its variable ringColor. */
export const ringLayer: NodeLayerSpec = {
  name: 'ring',
  uniforms: [],
  attributes: [{ name: 'ringColor', size: 4, type: 0x1401 /* UNSIGNED_BYTE */, normalized: true, source: 'ringColor' }],
  glsl: `
vec4 layer_ring(vec4 v_ringColor) {
  float width = 0.3 * context.shapeSize * context.inradiusFactor;
  float inside = smoothstep(width - context.aaWidth, width + context.aaWidth, -context.sdf);
  return vec4(v_ringColor.rgb, v_ringColor.a * (1.0 - inside));
}`,
};
