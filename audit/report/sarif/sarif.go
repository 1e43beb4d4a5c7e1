package sarif

// Schema and Version of a Log.
const (
	Schema  = "https://json.schemastore.org/sarif-2.1.0.json"
	Version = "2.1.0"
)

// Log is a whole file.
type Log struct {
	Schema  string `json:"$schema"`
	Version string `json:"version"`
	Runs    []Run  `json:"runs"`
}

// NewLog is a file of one run.
func NewLog(r Run) Log { return Log{Schema: Schema, Version: Version, Runs: []Run{r}} }

// Run is one run of one tool.
type Run struct {
	Tool        Tool         `json:"tool"`
	Invocations []Invocation `json:"invocations"`
	// ColumnKind says what columns count; "" where no result has any.
	ColumnKind string   `json:"columnKind,omitempty"`
	Results    []Result `json:"results"`
}

// Tool is what ran.
type Tool struct {
	Driver Driver `json:"driver"`
}

// Driver is the tool itself, without extensions.
type Driver struct {
	Name           string `json:"name"`
	Version        string `json:"version"`
	InformationURI string `json:"informationUri"`
	Rules          []Rule `json:"rules"`
}

// Rule is what results are about.
type Rule struct {
	ID               string     `json:"id"`
	ShortDescription Message    `json:"shortDescription"`
	FullDescription  Message    `json:"fullDescription"`
	HelpURI          string     `json:"helpUri,omitempty"`
	Help             Message    `json:"help"`
	Configuration    Config     `json:"defaultConfiguration"`
	Properties       Properties `json:"properties"`
}

// Config is a rule's level: "error", "warning" or "note".
type Config struct {
	Level string `json:"level"`
}

// Properties are those that code scanning reads: the score is one of CVSS as text, 7 and more being high.
type Properties struct {
	Tags             []string `json:"tags,omitempty"`
	SecuritySeverity string   `json:"security-severity,omitempty"`
}

// Message is a text.
type Message struct {
	Text string `json:"text"`
}

// Invocation says how the run went.
type Invocation struct {
	Successful    bool           `json:"executionSuccessful"`
	Notifications []Notification `json:"toolExecutionNotifications,omitempty"`
}

// Notification is something about the run itself: what could not be read or looked at.
type Notification struct {
	Level     string     `json:"level"`
	Message   Message    `json:"message"`
	Locations []Location `json:"locations,omitempty"`
}

// Result is one finding.
type Result struct {
	RuleID       string            `json:"ruleId"`
	RuleIndex    int               `json:"ruleIndex"`
	Level        string            `json:"level"`
	Message      Message           `json:"message"`
	Locations    []Location        `json:"locations"`
	Related      []Location        `json:"relatedLocations,omitempty"`
	Fingerprints map[string]string `json:"partialFingerprints"`
	// BaselineState is "new" or "unchanged" where there is a baseline.
	BaselineState string        `json:"baselineState,omitempty"`
	Suppressions  []Suppression `json:"suppressions,omitempty"`
	Properties    *Properties   `json:"properties,omitempty"`
}

// Suppression is a decision to live with a result. Kind is "external": it stands in a file of its own.
type Suppression struct {
	Kind          string `json:"kind"`
	Justification string `json:"justification"`
}

// Location is where a result is: in a file, and in what the file is about.
type Location struct {
	Physical Physical  `json:"physicalLocation"`
	Logical  []Logical `json:"logicalLocations,omitempty"`
}

// Logical is a thing by its name: of a resource, its ARN.
type Logical struct {
	Name string `json:"fullyQualifiedName"`
	Kind string `json:"kind"`
}

// Physical is a place in a file.
type Physical struct {
	Artifact Artifact `json:"artifactLocation"`
	Region   *Region  `json:"region,omitempty"`
}

// Artifact is a file.
type Artifact struct {
	URI string `json:"uri"`
}

// Region is a part of a file, in lines and columns from 1.
type Region struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn,omitempty"`
	EndLine     int `json:"endLine,omitempty"`
	EndColumn   int `json:"endColumn,omitempty"`
}
