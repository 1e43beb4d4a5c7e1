import { type Catalog, readService } from './reference.ts';

const sqs = readService({
  Name: 'sqs',
  Actions: [
    { Name: 'GetQueueUrl', Annotations: { Properties: {} }, Resources: [{ Name: 'queue' }] },
    { Name: 'GetQueueAttributes', Annotations: { Properties: {} }, Resources: [{ Name: 'queue' }] },
    { Name: 'SendMessage', Annotations: { Properties: { IsWrite: true } }, Resources: [{ Name: 'queue' }], ActionConditionKeys: ['sqs:Own'] },
    { Name: 'ListQueues', Annotations: { Properties: { IsList: true } } },
    { Name: 'AddPermission', Annotations: { Properties: { IsWrite: true, IsPermissionManagement: true } }, Resources: [{ Name: 'queue' }] },
    { Name: 'TagQueue', Annotations: { Properties: { IsWrite: true, IsTaggingOnly: true } }, Resources: [{ Name: 'queue' }] },
    { Name: 'Odd' },
  ],
  Resources: [{ Name: 'queue', ARNFormats: ['arn:${Partition}:sqs:${Region}:${Account}:${QueueName}'], ConditionKeys: ['aws:ResourceTag/${TagKey}'] }],
  ConditionKeys: [
    { Name: 'aws:ResourceTag/${TagKey}', Types: ['String'] },
    { Name: 'sqs:Own', Types: ['Bool'] },
  ],
});

/** testCatalog is a small catalogue for tests. */
export const testCatalog: Catalog = {
  services: () =>
    Promise.resolve([
      { prefix: 's3', name: 'Amazon S3' },
      { prefix: 'sqs', name: 'Amazon SQS' },
    ]),
  service: (prefix) => Promise.resolve(prefix.toLowerCase() === 'sqs' ? sqs : undefined),
  globalKeys: () =>
    Promise.resolve([
      { name: 'aws:SourceIp', type: 'IPAddress' },
      { name: 'aws:PrincipalTag/${TagKey}', type: 'String' },
      { name: 'aws:SecureTransport', type: 'Bool' },
    ]),
};
