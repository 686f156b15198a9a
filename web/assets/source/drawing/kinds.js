// What a drawn element is called in words.

const KINDS = {
  "bpmn:BoundaryEvent": "Event on the edge of a step",
  "bpmn:BusinessRuleTask": "Decision by a table",
  "bpmn:CallActivity": "Call of another process",
  "bpmn:Collaboration": "Diagram",
  "bpmn:EndEvent": "End",
  "bpmn:EventBasedGateway": "Wait for the first of several events",
  "bpmn:ExclusiveGateway": "Choice of one path",
  "bpmn:InclusiveGateway": "Choice of one or more paths",
  "bpmn:IntermediateCatchEvent": "Wait for an event",
  "bpmn:IntermediateThrowEvent": "Event on the way",
  "bpmn:Lane": "Lane",
  "bpmn:ParallelGateway": "All paths at once",
  "bpmn:Participant": "Process",
  "bpmn:Process": "Process",
  "bpmn:SequenceFlow": "Path",
  "bpmn:ServiceTask": "Step of the system",
  "bpmn:StartEvent": "Start",
  "bpmn:SubProcess": "Part",
  "bpmn:Task": "Task without a kind: choose one with the wrench",
  "bpmn:TextAnnotation": "Note",
  "bpmn:UserTask": "Task for a person",
};

export const kindOf = ({ businessObject }) =>
  KINDS[businessObject.$type] ?? businessObject.$type.replace(/^bpmn:/, "");

export const nameOf = (element) => element?.businessObject?.name || (element ? kindOf(element) : "");
