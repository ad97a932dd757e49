using System;
using System.Collections.Generic;
using System.Globalization;

namespace NpcEngine
{
    /// <summary>
    /// Checked reading of one message's map. Every getter throws <see cref="ProtocolException"/> `field` where the
    /// value is missing, of another type or too large. Fields that are not asked for are ignored.
    /// </summary>
    internal sealed class Fields
    {
        private const int LongestKey = 64; // characters of a name in a map of values

        private readonly IDictionary<string, object> _values;
        private readonly string _where;

        public Fields(IDictionary<string, object> values, string where)
        {
            _values = values;
            _where = where;
        }

        public bool Has(string name)
        {
            return Value(name) != null;
        }

        /// <summary>A string of `least` to `most` characters (code points).</summary>
        public string Text(string name, int most, string usual = null, int least = 0)
        {
            var value = Get<string>(name, "a string", usual);
            int length = Characters(value);
            if (length < least || length > most)
            {
                throw Fault(name, "has " + length + " characters", "Send " + least + " to " + most + " characters.");
            }
            return value;
        }

        /// <summary>An id: 1 to `limits.Name` printable characters.</summary>
        public string Name(string name, Limits limits)
        {
            return Id(name, Text(name, limits.Name), limits);
        }

        /// <summary>`value`, if it is an id.</summary>
        public string Id(string name, string value, Limits limits)
        {
            if (value.Length == 0 || Characters(value) > limits.Name || !IsPrintable(value))
            {
                throw Fault(name, "is no id", "Use 1 to " + limits.Name + " letters and digits.");
            }
            return value;
        }

        public long Integer(string name, long most, long? usual = null)
        {
            object value = Value(name) ?? usual;
            if (!(value is long) || (long)value < 0 || (long)value > most)
            {
                throw Fault(name, value == null ? "is missing" : "is " + value, "Send an integer from 0 to " + most + ".");
            }
            return (long)value;
        }

        /// <summary>A finite number.</summary>
        public double Number(string name, double? usual = null)
        {
            return Finite(name, Value(name) ?? usual);
        }

        private double Finite(string name, object value)
        {
            if (!(value is long || value is double))
            {
                throw Fault(name, value == null ? "is missing" : "is not a number", "Send a number.");
            }
            double number = Convert.ToDouble(value, CultureInfo.InvariantCulture);
            if (double.IsNaN(number) || double.IsInfinity(number))
            {
                throw Fault(name, "is not finite", "Send a finite number.");
            }
            return number;
        }

        /// <summary>A list of `count` finite numbers.</summary>
        public double[] Numbers(string name, int count)
        {
            List<object> values = Get<List<object>>(name, "a list of numbers", null);
            if (values.Count != count)
            {
                throw Fault(name, "has " + values.Count + " entries", "Send " + count + " numbers.");
            }
            return values.ConvertAll(value => Finite(name, value)).ToArray();
        }

        public bool Flag(string name)
        {
            object value = Value(name) ?? false;
            if (!(value is bool))
            {
                throw Fault(name, "is not a truth value", "Send true or false.");
            }
            return (bool)value;
        }

        public bool RequiredFlag(string name)
        {
            if (!Has(name))
            {
                throw Fault(name, "is missing", "Send true or false.");
            }
            return Flag(name);
        }

        /// <summary>At most `entries` different strings of 1 to `most` characters, in their order.</summary>
        public string[] Texts(string name, int entries, int most, bool optional = false)
        {
            List<object> values = Get(name, "a list of strings", optional ? new List<object>() : null);
            if (values.Count > entries)
            {
                throw Fault(name, "has " + values.Count + " entries", "Send at most " + entries + ".");
            }
            var texts = new List<string>();
            var seen = new Dictionary<string, bool>(); // to look each of thousands up in a list would hold the game up
            foreach (object value in values)
            {
                var text = value as string;
                if (text == null || text.Length == 0 || Characters(text) > most)
                {
                    throw Fault(
                        name,
                        "has an entry that is not a string of allowed length",
                        "Send strings of 1 to " + most + " characters.");
                }
                if (!seen.ContainsKey(text))
                {
                    seen.Add(text, true);
                    texts.Add(text);
                }
            }
            return texts.ToArray();
        }

        public Dictionary<string, object> Map(string name, int entries, bool optional = false)
        {
            Dictionary<string, object> value = Get(name, "a map", optional ? new Dictionary<string, object>() : null);
            if (value.Count > entries)
            {
                throw Fault(name, "has " + value.Count + " entries", "Send at most " + entries + ".");
            }
            return value;
        }

        /// <summary>A map of at most `entries` integers from 0 on.</summary>
        public Dictionary<string, object> Integers(string name, int entries, bool optional = false)
        {
            Dictionary<string, object> values = Map(name, entries, optional);
            var inside = new Fields(values, _where + "." + name);
            foreach (string entry in values.Keys)
            {
                inside.Integer(entry, Protocol.MaxInteger);
            }
            return values;
        }

        /// <summary>A map of at most `entries` lists of strings.</summary>
        public Dictionary<string, object> Labels(string name, int entries)
        {
            Fields heads = Inside(name);
            var labels = new Dictionary<string, object>();
            foreach (string head in Map(name, entries).Keys)
            {
                labels.Add(head, heads.Texts(head, 1024, 64));
            }
            return labels;
        }

        /// <summary>The name of a card, or a whole one: a map of at most `entries` entries.</summary>
        public object Card(string name, int entries, int most, int least)
        {
            return Value(name) is Dictionary<string, object> ? (object)Map(name, entries) : Text(name, most, null, least);
        }

        /// <summary>
        /// A map of at most `entries` strings of at most `most` characters, numbers and truth values; empty where absent.
        /// </summary>
        public Dictionary<string, object> Values(string name, int entries, int most)
        {
            Dictionary<string, object> values = Map(name, entries, true);
            foreach (KeyValuePair<string, object> entry in values)
            {
                var text = entry.Value as string;
                int length = Characters(entry.Key);
                bool sound = text != null ? Characters(text) <= most : entry.Value is bool || IsFinite(entry.Value);
                if (!sound || length < 1 || length > LongestKey)
                {
                    throw Fault(name, "has an entry of another kind or too long",
                                "Send strings of at most " + most + " characters, finite numbers and truth values.");
                }
            }
            return values;
        }

        /// <summary>At most `most` bytes; none where the field is absent.</summary>
        public byte[] Data(string name, int most)
        {
            byte[] value = Get(name, "binary data", new byte[0]);
            if (value.Length > most)
            {
                throw Fault(name, "has " + value.Length + " bytes", "Send at most " + most + ".");
            }
            return value;
        }

        /// <summary>The fields of each map in a list of at most `entries`; empty where it is absent.</summary>
        public List<Fields> Each(string name, int entries)
        {
            List<object> values = Get(name, "a list of maps", new List<object>());
            if (values.Count > entries || !values.TrueForAll(value => value is Dictionary<string, object>))
            {
                throw Fault(name, "is no list of at most " + entries + " maps", "Send one.");
            }
            return values.ConvertAll(value => new Fields((Dictionary<string, object>)value, _where + "." + name));
        }

        /// <summary>The fields of a map inside this one.</summary>
        public Fields Inside(string name)
        {
            return new Fields(Get<Dictionary<string, object>>(name, "a map", null), _where + "." + name);
        }

        public ProtocolException Fault(string name, string what, string fix)
        {
            return new ProtocolException("field", "`" + _where + "." + name + "` " + what + ".", fix);
        }

        private object Value(string name)
        {
            object value;
            return _values.TryGetValue(name, out value) ? value : null;
        }

        private T Get<T>(string name, string wanted, T usual) where T : class
        {
            object value = Value(name) ?? usual;
            if (!(value is T))
            {
                throw Fault(name, value == null ? "is missing" : "is of another type", "Send " + wanted + ".");
            }
            return (T)value;
        }

        private static bool IsFinite(object value)
        {
            return value is long || (value is double && !double.IsNaN((double)value) && !double.IsInfinity((double)value));
        }

        /// <summary>Characters as the protocol counts them: code points, not UTF-16 units.</summary>
        private static int Characters(string text)
        {
            int count = text.Length;
            foreach (char unit in text)
            {
                count -= char.IsLowSurrogate(unit) ? 1 : 0;
            }
            return count;
        }

        private static bool IsPrintable(string text)
        {
            for (int i = 0; i < text.Length; i += char.IsSurrogatePair(text, i) ? 2 : 1)
            {
                switch (CharUnicodeInfo.GetUnicodeCategory(text, i))
                {
                    case UnicodeCategory.Control:
                    case UnicodeCategory.Format:
                    case UnicodeCategory.Surrogate:
                    case UnicodeCategory.PrivateUse:
                    case UnicodeCategory.OtherNotAssigned:
                    case UnicodeCategory.LineSeparator:
                    case UnicodeCategory.ParagraphSeparator:
                        return false;
                    case UnicodeCategory.SpaceSeparator:
                        if (text[i] != ' ')
                        {
                            return false;
                        }
                        break;
                }
            }
            return true;
        }
    }
}
