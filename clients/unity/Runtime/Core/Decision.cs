using System.Collections.Generic;

namespace NpcEngine
{
    /// <summary>
    /// A place in the frame: fractions of its width and height, y downwards from the top; `P` in 0..1 that the
    /// thing meant is in view at all.
    /// </summary>
    public sealed class Target
    {
        public readonly double X;
        public readonly double Y;
        public readonly double P;

        public Target(double x, double y, double p)
        {
            X = x;
            Y = y;
            P = p;
        }
    }

    /// <summary>What one NPC does about observation `Seq`.</summary>
    public sealed class Decision : Message
    {
        public readonly string Npc;
        public readonly long Seq;
        public readonly string Action;
        public readonly string Emotion;

        /// <summary>The utterance that it answers, or null.</summary>
        public readonly string UtteranceId;

        /// <summary>Where, or null.</summary>
        public readonly Target Target;

        /// <summary>What it says; may be empty.</summary>
        public readonly string Line;

        /// <summary>0..1, behind the action.</summary>
        public readonly double Confidence;

        /// <summary>One sentence for a designer.</summary>
        public readonly string Reason;

        /// <summary>Seconds from the arrival of the observation at the server to this decision.</summary>
        public readonly double FrameAge;

        /// <summary>As it was sent with the observation, or null.</summary>
        public readonly double? CapturedAt;

        /// <summary>What the model saw, only if it was asked for.</summary>
        public readonly IDictionary<string, object> Inspect;

        /// <summary>The one of <see cref="Frame.Entities"/> that the target lies on, or null.</summary>
        public readonly string Entity;

        /// <summary>Made by an <see cref="IFallback"/> because the server is away.</summary>
        public readonly bool Offline;

        public Decision(string npc, long seq, string action, string emotion, string utteranceId = null,
                        Target target = null, string line = "", double confidence = 0, string reason = "",
                        double frameAge = 0, double? capturedAt = null, IDictionary<string, object> inspect = null,
                        bool offline = false, string entity = null)
        {
            Npc = npc;
            Seq = seq;
            Action = action;
            Emotion = emotion;
            UtteranceId = utteranceId;
            Target = target;
            Line = line;
            Confidence = confidence;
            Reason = reason;
            FrameAge = frameAge;
            CapturedAt = capturedAt;
            Inspect = inspect;
            Offline = offline;
            Entity = entity;
        }

        public override string Type { get { return "decision"; } }

        internal static Decision Read(Fields fields, Limits limits)
        {
            return new Decision(
                fields.Name("npc", limits),
                fields.Integer("seq", Fields.MaxInteger),
                fields.Text("action", 64),
                fields.Text("emotion", 64),
                fields.Has("utterance_id") ? fields.Name("utterance_id", limits) : null,
                fields.Has("target") ? ReadTarget(fields.Inside("target")) : null,
                fields.Text("line", limits.Header, ""),
                fields.Number("confidence", 0),
                fields.Text("reason", limits.Header, ""),
                fields.Number("frame_age", 0),
                fields.Has("captured_at") ? fields.Number("captured_at") : (double?)null,
                fields.Has("inspect") ? fields.Map("inspect", 64) : null,
                false,
                fields.Has("entity") ? fields.Name("entity", limits) : null);
        }

        internal override void Fill(Map fields)
        {
            fields.Add("npc", Npc);
            fields.Add("seq", Seq);
            fields.Add("action", Action);
            fields.Add("emotion", Emotion);
            fields.Add("utterance_id", UtteranceId);
            fields.Add("target", Target == null ? null : new Map { { "x", Target.X }, { "y", Target.Y }, { "p", Target.P } });
            fields.Add("line", Line);
            fields.Add("confidence", Confidence);
            fields.Add("reason", Reason);
            fields.Add("frame_age", FrameAge);
            fields.Add("captured_at", CapturedAt);
            fields.Add("inspect", Inspect);
            fields.Add("entity", Entity);
        }

        private static Target ReadTarget(Fields fields)
        {
            return new Target(fields.Number("x"), fields.Number("y"), fields.Number("p"));
        }
    }
}
