import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';

import type { Answer, Explanation, LayerReport } from './explain.ts';
import { askHref, type Question } from './question.ts';
import { Statement } from './Statement.tsx';

/** AnswerView shows a decision with every statement that mattered. */
export function AnswerView({ answer, question }: { answer: Answer; question: Question }) {
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <CopyToClipboard
              textToCopy={location.origin + askHref(question)}
              copyButtonText="Copy link"
              copyButtonAriaLabel="Copy the link that asks this again"
              copySuccessText="Link copied"
              copyErrorText="The link could not be copied"
            />
          }
        >
          <Verdict answer={answer} />
        </Header>
      }
    >
      <Explained answer={answer} question={question} />
    </Container>
  );
}

/** Verdict is the decision in a word. */
export function Verdict({ answer }: { answer: Answer }) {
  if (answer.allowed) return <StatusIndicator type="success">Allowed</StatusIndicator>;
  if (answer.explanation.verdict === 'ExplicitDeny') return <StatusIndicator type="error">Denied by a Deny statement</StatusIndicator>;
  return <StatusIndicator type="stopped">Denied: nothing allows it</StatusIndicator>;
}

/** Explained says why: what would have to change, and every statement that mattered. */
export function Explained({ answer, question }: { answer: Answer; question: Question }) {
  const { statements, nearMisses = [], changes = [], absentKeys = [], layers } = answer.explanation;
  return (
    <SpaceBetween size="m">
      <div>{answer.reason ?? sentence(answer.explanation.reason)}</div>
      {answer.supposed.length > 0 && <Alert type="info">You suppose {answer.supposed.join(', ')}, which otherwise only Warder says of a principal, its session and the time.</Alert>}
      {changes.length > 0 && (
        <div>
          <Box variant="h3">What would have to change</Box>
          <ul>
            {changes.map((change) => (
              <li key={change}>{sentence(change)}</li>
            ))}
          </ul>
        </div>
      )}
      {absentKeys.length > 0 && (
        <div>
          <Box variant="h3">Keys that the request does not have</Box>
          <ul>
            {absentKeys.map((key) => (
              <li key={key}>
                <Box variant="code">{key}</Box>
              </li>
            ))}
          </ul>
        </div>
      )}
      <Layers layers={layers} />
      <Statements title="Statements that apply" list={statements} question={question} />
      <Statements title="Statements that nearly allow it" list={nearMisses} question={question} />
    </SpaceBetween>
  );
}

/** mostExpanded is how many statements are shown with their policies at once. */
const mostExpanded = 3;

function Statements({ title, list, question }: { title: string; list: Explanation['statements']; question: Question }) {
  if (list.length === 0) return null;
  return (
    <div>
      <Box variant="h3">
        {title} ({list.length})
      </Box>
      <SpaceBetween size="xs">
        {list.map((report) => (
          <Statement key={`${report.layer} ${report.policy} ${report.index}`} report={report} question={question} expanded={list.length <= mostExpanded} />
        ))}
      </SpaceBetween>
    </div>
  );
}

/** layerNames are what the layers of policies are called. */
export const layerNames: Record<string, string> = {
  identity: 'Identity-based policies',
  resource: 'Resource-based policy',
  boundary: 'Permissions boundary',
  session: 'Session policies',
  scp: 'Service control policies',
  rcp: 'Resource control policies',
};

function Layers({ layers }: { layers: LayerReport[] }) {
  return (
    <div>
      <Box variant="h3">Layers of policies</Box>
      <SpaceBetween size="xxs">
        {layers.map((layer) => (
          <div key={layer.layer}>
            <LayerState layer={layer} />
          </div>
        ))}
      </SpaceBetween>
    </div>
  );
}

function LayerState({ layer: { layer, allowed, denied, missing, levels } }: { layer: LayerReport }) {
  const name = layerNames[layer.toLowerCase()] ?? layer;
  if (denied) return <StatusIndicator type="error">{name}: deny</StatusIndicator>;
  if (allowed && !missing) return <StatusIndicator type="success">{name}: allow</StatusIndicator>;
  if (missing) return <StatusIndicator type="stopped">{`${name}: would have to allow${levels ? `, on level ${levels.join(', ')} of the organization` : ''}`}</StatusIndicator>;
  return <StatusIndicator type="info">{name}: nothing that applies</StatusIndicator>;
}

/** sentence begins with a capital and ends with a full stop. */
function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? '' : '.');
}
