import Tabs, { type TabsProps } from '@cloudscape-design/components/tabs';
import { useSearchParams } from 'react-router';

/** UrlTabs are tabs of which the chosen one is in the URL: ?tab=tags. What the last tab's tables had there is left behind. */
export function UrlTabs({ tabs, label }: { tabs: TabsProps.Tab[]; label: string }) {
  const [search, setSearch] = useSearchParams();
  const active = tabs.find(({ id }) => id === search.get('tab'))?.id ?? tabs[0]!.id;
  return <Tabs tabs={tabs} ariaLabel={label} activeTabId={active} onChange={({ detail }) => setSearch({ tab: detail.activeTabId }, { replace: true })} />;
}
